import { graphql, type ResultOf } from '../platform/graphql.ts';
import { UserErrorParts } from '../platform/refusals.ts';

export const CreateUploadMutation = graphql(
  `
    mutation CreateUpload($input: CreateUploadInput!) {
      createUpload(input: $input) {
        uploadId
        uploadUrl
        userErrors {
          ...UserErrorParts
        }
      }
    }
  `,
  [UserErrorParts],
);

const ReportParts = graphql(`
  fragment ReportParts on ImportReport {
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
`);
export type ImportReport = ResultOf<typeof ReportParts>;
export type BookKind = ImportReport['kind'];

export const ImportBookMutation = graphql(
  `
    mutation ImportBook($input: ImportBookInput!) {
      importBook(input: $input) {
        replayed
        job {
          id
          state
        }
        report {
          ...ReportParts
        }
        userErrors {
          ...UserErrorParts
        }
      }
    }
  `,
  [ReportParts, UserErrorParts],
);
