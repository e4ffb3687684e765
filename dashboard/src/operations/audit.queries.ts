import { graphql, type ResultOf, type VariablesOf } from '../platform/graphql.ts';

export const AuditQuery = graphql(`
  query Audit($filter: AuditEventFilter, $first: Int!, $after: String) {
    auditEvents(filter: $filter, first: $first, after: $after) {
      nodes {
        sequence
        occurredAt
        actorKind
        actor
        action
        subjectKind
        subjectId
        subjectNumber
        hash
        account {
          id
          name
        }
        changes {
          name
          before
          after
        }
      }
      pageInfo {
        endCursor
        hasNextPage
      }
    }
  }
`);
export type AuditRow = ResultOf<typeof AuditQuery>['auditEvents']['nodes'][number];
export type AuditFilter = NonNullable<VariablesOf<typeof AuditQuery>['filter']>;
