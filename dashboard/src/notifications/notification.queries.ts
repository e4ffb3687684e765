import { graphql, type ResultOf, type VariablesOf } from '../platform/graphql.ts';
import { UserErrorParts } from '../platform/refusals.ts';

const MailParts = graphql(`
  fragment MailParts on Mail {
    id
    template
    recipient
    audience
    subject
    state
    attempts
    lastError
    createdAt
    sentAt
    nextAttemptAt
    account {
      id
      number
      name
    }
  }
`);

export const MailsQuery = graphql(
  `
    query Mails($filter: MailFilter, $first: Int!, $after: String) {
      mails(filter: $filter, first: $first, after: $after) {
        nodes {
          ...MailParts
        }
        pageInfo {
          endCursor
          hasNextPage
        }
      }
    }
  `,
  [MailParts],
);
export type MailRow = ResultOf<typeof MailParts>;

export const MailQuery = graphql(
  `
    query Mail($id: ID!) {
      mail(id: $id) {
        ...MailParts
        locale
        html
        text
        isMasked
      }
    }
  `,
  [MailParts],
);
export type Mail = NonNullable<ResultOf<typeof MailQuery>['mail']>;

export const ResendMailMutation = graphql(
  `
    mutation ResendMail($input: ResendMailInput!) {
      resendMail(input: $input) {
        mail {
          ...MailParts
        }
        userErrors {
          ...UserErrorParts
        }
      }
    }
  `,
  [MailParts, UserErrorParts],
);

const TemplateParts = graphql(`
  fragment TemplateParts on NotificationTemplate {
    code
    locale
    subject
    body
    textBody
    isDefault
    version
    updatedAt
    updatedBy
    placeholders
  }
`);
export type Template = ResultOf<typeof TemplateParts>;

export const TemplatesQuery = graphql(
  `
    query NotificationTemplates {
      notificationTemplates {
        ...TemplateParts
      }
    }
  `,
  [TemplateParts],
);

export const PreviewNotificationQuery = graphql(
  `
    query PreviewNotification($input: PreviewNotificationInput!) {
      previewNotification(input: $input) {
        subject
        html
        text
        problems {
          ...UserErrorParts
        }
      }
    }
  `,
  [UserErrorParts],
);
export type PreviewInput = VariablesOf<typeof PreviewNotificationQuery>['input'];

export const SaveTemplateMutation = graphql(
  `
    mutation SaveNotificationTemplate($input: SaveNotificationTemplateInput!) {
      saveNotificationTemplate(input: $input) {
        template {
          ...TemplateParts
        }
        userErrors {
          ...UserErrorParts
        }
      }
    }
  `,
  [TemplateParts, UserErrorParts],
);

export const ResetTemplateMutation = graphql(
  `
    mutation ResetNotificationTemplate($input: ResetNotificationTemplateInput!) {
      resetNotificationTemplate(input: $input) {
        template {
          ...TemplateParts
        }
        userErrors {
          ...UserErrorParts
        }
      }
    }
  `,
  [TemplateParts, UserErrorParts],
);
