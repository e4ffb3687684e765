import { graphql, type ResultOf } from '../platform/graphql.ts';
import { UserErrorParts } from '../platform/refusals.ts';

export const JobParts = graphql(
  `
    fragment JobParts on Job {
      id
      kind
      state
      subject
      requestedBy
      createdAt
      startedAt
      finishedAt
      progress {
        done
        total
      }
      result {
        facts {
          name
          value
        }
      }
      importReport {
        kind
        dryRun
        committed
        rows
        accepted
        rejected
        errors {
          row
          column
          code
          message
        }
        warnings {
          row
          column
          code
          message
        }
      }
      userErrors {
        ...UserErrorParts
      }
    }
  `,
  [UserErrorParts],
);
export type Job = ResultOf<typeof JobParts>;

export const JobQuery = graphql(
  `
    query Job($id: ID!) {
      job(id: $id) {
        ...JobParts
      }
    }
  `,
  [JobParts],
);

export const JobSubscription = graphql(
  `
    subscription JobProgressed($id: ID!) {
      jobProgressed(id: $id) {
        ...JobParts
      }
    }
  `,
  [JobParts],
);

export const JobsQuery = graphql(
  `
    query Jobs($filter: JobFilter, $first: Int!, $after: String) {
      jobs(filter: $filter, first: $first, after: $after) {
        nodes {
          id
          kind
          state
          subject
          requestedBy
          createdAt
          startedAt
          finishedAt
          progress {
            done
            total
          }
          userErrors {
            ...UserErrorParts
          }
        }
        pageInfo {
          endCursor
          hasNextPage
        }
      }
    }
  `,
  [UserErrorParts],
);
export type JobRow = ResultOf<typeof JobsQuery>['jobs']['nodes'][number];
