/** What all mails share: the look, the provider's name above, and why somebody gets them below. */
import type { MailLocale } from './mail-data.ts';

const FOOTERS: Readonly<Record<MailLocale, string>> = {
  en: 'This mail was sent automatically by {{provider.name}}.',
  de: 'Diese E-Mail wurde automatisch von {{provider.name}} versendet.',
};

const FONTS = "-apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";

/** A whole MJML document around a template's sections. */
export function framed(body: string, locale: MailLocale): string {
  return `<mjml lang="${locale}">
<mj-head>
  <mj-attributes>
    <mj-all font-family="${FONTS}" />
    <mj-text font-size="15px" line-height="24px" color="#27303f" padding="6px 32px" />
    <mj-table font-size="14px" line-height="22px" color="#27303f" padding="10px 32px" />
    <mj-section background-color="#ffffff" padding="0" />
    <mj-button background-color="#0f5fbf" color="#ffffff" font-size="15px" font-weight="600" border-radius="6px" inner-padding="12px 22px" padding="16px 32px" align="left" />
    <mj-divider border-color="#e3e8ef" border-width="1px" padding="10px 32px" />
    <mj-class name="title" font-size="22px" line-height="30px" font-weight="600" color="#101828" padding="28px 32px 8px" />
    <mj-class name="note" font-size="13px" line-height="20px" color="#566175" />
    <mj-class name="code" font-family="ui-monospace, Consolas, monospace" font-size="18px" line-height="28px" font-weight="600" color="#101828" container-background-color="#eef4fb" padding="14px 32px" />
  </mj-attributes>
  <mj-style>
    th { text-align: left; font-size: 12px; font-weight: 600; color: #566175; padding: 6px 12px 6px 0; border-bottom: 1px solid #d4dbe6; }
    td.cell { padding: 8px 12px 8px 0; border-bottom: 1px solid #e9edf3; vertical-align: top; }
    td.name { color: #566175; padding: 4px 16px 4px 0; white-space: nowrap; vertical-align: top; width: 1%; }
    .end { text-align: right; white-space: nowrap; }
    td.sum { padding: 10px 12px 0 0; font-weight: 600; vertical-align: top; }
    .small { font-size: 13px; color: #566175; }
    a { color: #0f5fbf; }
  </mj-style>
</mj-head>
<mj-body background-color="#f2f5f9" width="640px">
  <mj-section background-color="#f2f5f9" padding="20px 0 0"><mj-column><mj-text font-size="14px" font-weight="600" color="#3b4658" padding="8px 32px">{{provider.name}}</mj-text></mj-column></mj-section>
${body}
  <mj-section padding="0 0 20px"><mj-column><mj-text mj-class="note"> </mj-text></mj-column></mj-section>
  <mj-section background-color="#f2f5f9" padding="0 0 24px"><mj-column><mj-text mj-class="note" padding="16px 32px">${FOOTERS[locale]}</mj-text></mj-column></mj-section>
</mj-body>
</mjml>`;
}

/** The plain text with its foot. */
export function framedText(text: string, locale: MailLocale): string {
  return `${text.trimEnd()}\n\n-- \n${FOOTERS[locale]}\n`;
}
