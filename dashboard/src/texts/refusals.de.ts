import type { UserError } from '../platform/refusals.ts';

/**
 * Every refusal of the server in German: it speaks English itself, so that catalog needs only what it would say better.
 * Facts in braces are those of the table in the domain's refusal.ts; a few of them are English phrases, and are left out
 * wherever the sentence does without.
 */
export const refusals: Record<UserError['code'], string> = {
  // Values
  TEXT_INVALID: 'Bitte 1 bis {maximum} sichtbare Zeichen in einer Zeile angeben.',
  EMAIL_INVALID: '{value} ist keine E-Mail-Adresse wie anna@example.com.',
  COUNTRY_UNKNOWN: '{value} ist kein Ländercode nach ISO 3166-1 wie DE.',
  CURRENCY_UNKNOWN: '{value} ist kein Währungscode nach ISO 4217 wie EUR.',
  LOCALE_UNKNOWN: '{value} ist kein Sprachcode wie de oder de-CH.',
  TIME_ZONE_UNKNOWN: '{value} ist keine IANA-Zeitzone wie Europe/Berlin.',
  NUMBER_INVALID: 'Die Zahl {value} ist hier nicht möglich (erwartet: {expected}).',
  DATE_INVALID: 'Die Zeitangabe {value} ist hier nicht möglich (erwartet: {expected}).',
  DATE_OUT_OF_RANGE: 'Wählen Sie einen Tag von {earliest} bis {latest}.',
  PERIOD_EMPTY: 'Der Zeitraum von {from} bis {to} enthält keinen Tag; das Ende muss nach dem Anfang liegen.',
  PERIOD_TOO_LONG: 'Der Zeitraum von {from} bis {to} ist länger als {maximum} Monate; fragen Sie ihn in Teilen ab.',
  VALUE_REQUIRED: 'Diese Angabe fehlt.',
  NUMBER_TAKEN: 'Die Nummer {number} ist schon vergeben; wählen Sie eine freie.',

  // Accounts
  ACCOUNT_UNKNOWN: 'Das Konto {account} gibt es nicht.',
  PARENT_KIND_NOT_ALLOWED: 'Diese Art ({kind}) kann nicht unter jener ({parentKind}) stehen; möglich ist: {allowed}.',
  ACCOUNT_CYCLE: '{account} kann nicht unter {parent} stehen: Das ist das Konto selbst oder eines darunter.',
  ACCOUNT_IS_PROVIDER: 'Das Konto des Distributors ist die Wurzel; es lässt sich weder umhängen noch sperren noch schließen.',
  ACCOUNT_IS_OWN: '{account} ist Ihr eigenes Konto; das kann nur ein übergeordnetes Konto tun.',
  ACCOUNT_ON_HOLD: 'Das Konto {account} ist gesperrt: Laufendes läuft weiter, das hier muss bis zur Freigabe warten.',
  ACCOUNT_CLOSED: 'Das Konto {account} ist geschlossen; daran lässt sich nichts mehr ändern.',
  ACCOUNT_HAS_SUBSCRIPTIONS: 'Das Konto {account} hat selbst oder darunter noch Abonnements ({count}); beenden Sie diese zuerst.',
  ACCOUNT_PARENT_UNCHANGED: 'Das Konto {account} kauft schon bei {parent}.',
  ACCOUNT_STATUS_UNCHANGED: 'Das Konto {account} ist schon {status}.',
  ACCOUNT_KIND_NOT_ALLOWED: '{account} ist {kind}; gebraucht wird hier: {allowed}.',

  // Catalog
  PRODUCT_UNKNOWN: 'Das Produkt {product} gibt es nicht.',
  PLAN_UNKNOWN: 'Den Tarif {plan} gibt es nicht.',
  VENDOR_UNKNOWN: 'Den Hersteller {vendor} gibt es nicht; bekannt sind {known}.',
  SKU_TAKEN: 'Die Artikelnummer {sku} gehört zu einem anderen Tarif; wählen Sie eine freie.',
  BAND_INVALID: 'Ein Bereich von {minimum} bis {maximum} enthält keine Anzahl; er muss innerhalb von 1 bis {largest} liegen.',
  QUANTITY_TOO_SMALL: '{quantity} ist weniger als {minimum}, womit {plan} beginnt.{fits, select, yes { Passende Tarife: {fittingPlans}.} other {}}',
  QUANTITY_TOO_LARGE: '{quantity} ist mehr als {maximum}, was {plan} höchstens zulässt.{fits, select, yes { Passende Tarife: {fittingPlans}.} other {}}',
  POLICY_OPTION_NOT_ALLOWED: '{value} passt nicht zu {policy}; möglich ist: {allowed}.',
  PRICE_MISSING: 'Der Tarif {plan} hat am {day} keinen Preis in {currency}; legen Sie einen fest, der dann schon gilt.',
  PRICE_OVERLAPS: 'Der Tarif {plan} hat schon einen Preis in {currency} ab {day}; wählen Sie einen anderen Tag.',

  // Price lists
  PRICE_LIST_UNKNOWN: 'Die Preisliste {priceList} gibt es nicht.',
  PRICE_LIST_ENTRY_UNKNOWN: 'Die Kondition {entry} gibt es nicht.',
  PRICE_LIST_SELLER_NOT_ALLOWED: '{account} kann nicht verkaufen: Preislisten gehören dem Distributor oder einem Wiederverkäufer.',
  PRICE_LIST_BUYER_NOT_ALLOWED: '{buyer} kauft nicht bei {seller}; eine Liste gilt für Konten direkt unter ihrem Verkäufer.',
  PRICE_LIST_PERIOD_OVERLAPS: 'Am {day} beginnt schon etwas für dasselbe; wählen Sie einen anderen Tag.',
  PERCENT_INVALID: '{percent} % sind nicht möglich; erlaubt sind 0 bis {maximum} mit höchstens vier Nachkommastellen.',
  PRICE_UNDER_COST:
    '{product}: {price} {currency} liegen unter den Kosten des Verkäufers von {cost} {currency} am {day}; bestätigen Sie das mit einem Grund, oder wählen Sie eine bessere Kondition.',

  // Subscriptions
  SUBSCRIPTION_UNKNOWN: 'Das Abonnement {subscription} gibt es nicht.',
  SUBSCRIPTION_TERMINATED: 'Das Abonnement {subscription} wurde am {day} beendet; das ist endgültig. Bestellen Sie ein neues.',
  SUBSCRIPTION_STATE_NOT_ALLOWED: 'Das Abonnement {subscription} ist {status}; dazu müsste es {allowed} sein.',
  CONFIRMATION_REQUIRED: 'Bestätigen Sie, dass sich das Beenden von {subscription} nicht rückgängig machen lässt.',
  QUANTITY_UNCHANGED: 'Es hat am {day} schon {quantity} Lizenzen.',
  QUANTITY_DECREASE_NOT_ALLOWED:
    'Ein jährliches Abonnement lässt sich vor dem Ende seiner Laufzeit am {renewsOn} nicht von {from} auf {to} Lizenzen verringern. Legen Sie die kleinere Anzahl für die Verlängerung fest.',
  PLAN_SWITCH_NOT_ALLOWED: 'Bei der Abrechnungsart {policy} lässt sich der Tarif nicht wechseln.',
  PLAN_OF_ANOTHER_PRODUCT: 'Der Tarif {plan} gehört zu {product}, nicht zu {currentProduct}; gewechselt wird innerhalb eines Produkts.',
  PLAN_UNCHANGED: 'Das Abonnement {subscription} hat den Tarif {plan} schon.',
  PLAN_POLICY_DIFFERS: 'Der Tarif {plan} wird {policy} abgerechnet, das Abonnement {currentPolicy}; beim Wechsel bleibt die Abrechnungsart.',
  RENEWAL_NOT_ALLOWED: 'Bei der Abrechnungsart {policy} gibt es keine Laufzeit, also auch keine Verlängerung.',
  CHANGES_NOT_IN_ORDER: 'Die Änderung {index} am {at} liegt vor der Aktivierung am {activatedAt}.',
  ACTIVATION_QUANTITY_MISSING: 'Die erste Änderung muss die Anzahl bei der Aktivierung am {day} nennen.',
  TERMINATION_BEFORE_ACTIVATION: 'Das Ende am {terminatedAt} liegt vor der Aktivierung am {activatedAt}.',
  CHANGE_AFTER_TERMINATION: 'Eine Änderung am {at} liegt nach dem Ende am {terminatedOn}.',
  CONFLICT: 'Jemand anderes hat das inzwischen geändert.',

  // Billing
  BILLING_PERIOD_UNKNOWN: 'Den Abrechnungszeitraum {billingPeriod} gibt es nicht; starten Sie zuerst seine Abrechnung.',
  BILLING_PERIOD_CLOSED:
    'Der Abrechnungszeitraum {billingPeriod} ist abgeschlossen, seine Posten sind festgeschrieben; spätere Änderungen kommen als Anpassung in den nächsten offenen.',
  BILLING_PERIOD_NOT_RATED: 'Der Abrechnungszeitraum {billingPeriod} ist nicht vollständig abgerechnet; rechnen Sie ihn vor dem Abschließen ab.',
  BILLING_PERIOD_HAS_PARKED: 'Im Abrechnungszeitraum {billingPeriod} sind Abonnements zurückgestellt ({count}); klären Sie das vor dem Abschließen.',
  BILLING_PERIOD_TOO_FAR_AHEAD: 'Der Abrechnungszeitraum {billingPeriod} liegt mehr als {months} Monate nach dem {today}.',
  CHARGE_OUT_OF_BOUNDS: 'Ein Posten von {subscription} liegt außerhalb der Grenze „{bound}“; das Abonnement wurde zurückgestellt, damit es jemand ansieht.',

  // Migration
  MIGRATION_UNKNOWN: 'Die Umstellung {migration} gibt es nicht.',
  MIGRATION_NOT_FIRST_OF_MONTH: 'Umgestellt wird am Ersten eines Monats, und der {day} ist keiner; der nächste ist der {next}.',
  MIGRATION_NOT_TODAY:
    '{migration} ist für den {effectiveOn} geplant, und heute ist der {today}. Starten Sie sie an ihrem Tag, oder planen Sie eine neue für einen Tag, der noch kommt.',
  MIGRATION_UNDER_WAY: '{migration} stellt die Abonnements von {vendor} gerade um; warten Sie, bis sie fertig ist.',
  MIGRATION_HAS_BLOCKERS:
    'Abonnements von {migration}, die sich so nicht umstellen lassen: {count}. Klären Sie, was im Weg ist; umgestellt werden alle auf einmal oder keines.',
  MIGRATION_MAPPING_NOT_ALLOWED:
    'Auf {from} kann {to} nicht folgen; auf einen MAX_OF_MONTH-Tarif folgt ein angebotener PAYG-Tarif von {product}, der nach Kalendermonaten abgerechnet wird.',
  MIGRATION_MAPPING_REPEATED: 'Für den Tarif {plan} ist mehr als ein Nachfolger genannt; nennen Sie einen.',
  MIGRATION_NO_FITTING_PLAN:
    'Zu {quantities} Lizenzen von {plan} passt kein angebotener PAYG-Tarif von {product}; bieten Sie einen an, oder ändern Sie die Anzahl.',
  MIGRATION_SEVERAL_FITTING_PLANS: 'Zu {quantities} Lizenzen von {plan} passen mehrere PAYG-Tarife: {plans}; wählen Sie einen davon im Plan.',

  // Imports
  FILE_EMPTY: 'Die Datei ist leer; laden Sie sie erneut hoch.',
  FILE_NO_ROWS: 'Die Datei hat eine Kopfzeile und sonst keine Zeilen; prüfen Sie den Export.',
  FILE_TOO_LARGE: 'Die Datei hat {size} Bytes; höchstens {maximum} werden angenommen.',
  FILE_ENCODING: 'Die Datei ist nicht in UTF-8: Byte {offset} ist nicht lesbar. Speichern Sie sie als UTF-8.',
  UPLOAD_UNKNOWN: 'Die hochgeladene Datei {upload} gibt es nicht; laden Sie sie erneut hoch.',
  UPLOAD_SIZE_DIFFERS: 'Angekommen sind {size} Bytes, angekündigt waren {declared}; laden Sie die Datei erneut hoch.',
  CSV_MALFORMED: 'Zeile {line} ist kein gültiges CSV: {problem}',
  COLUMN_MISSING: 'Es fehlen Spalten: {missing}; gefunden wurden {found}.',
  COLUMN_DUPLICATE: 'Die Spalte {column} steht {count}-mal in der Kopfzeile; behalten Sie eine.',
  COLUMN_UNKNOWN: 'Die Spalte {column} ist unbekannt; möglich sind {known}.',
  ROW_DUPLICATE: 'Die Zeile wiederholt Zeile {row}; behalten Sie eine.',
  VALUE_NOT_ALLOWED: 'Der Wert {value} ist hier nicht möglich (erwartet: {expected}).',
  PLAN_ROW_DIFFERS: '{field} von {plan} ist hier {value} und in Zeile {row} {other}; ein Tarif hat davon nur eines.',
  EVENT_NOT_ALLOWED: '{event} von {subscription} passt nicht zu den Ereignissen davor: {problem}',

  // Mails
  MAIL_UNKNOWN: 'Die E-Mail {mail} gibt es nicht.',
  MAIL_NOT_SENT_YET: 'Die E-Mail an {recipient} wird gerade gesendet; warten Sie, bis sie gesendet oder gescheitert ist.',
  MAIL_RECIPIENT_MISSING: 'Das Konto {account} hat keine E-Mail-Adresse; tragen Sie eine ein, und senden Sie dann erneut.',
  TEMPLATE_LOCALE_UNKNOWN: 'In der Sprache {locale} gibt es keine Vorlagen; möglich sind {known}.',
  TEMPLATE_INVALID: 'Dieser Text lässt sich so nicht ausfüllen: {problem}',
  TEMPLATE_PLACEHOLDER_UNKNOWN: 'Den Platzhalter {placeholder} gibt es hier nicht; möglich sind {known}.',
  TEMPLATE_MJML_INVALID: 'Der Inhalt ist kein gültiges MJML: {problem}',
  TEMPLATE_IS_DEFAULT: 'Diese Vorlage ist schon der Standard.',

  // Requests
  IDEMPOTENCY_KEY_REUSED: 'Diese Anfrage wurde mit anderem Inhalt schon am {usedAt} gestellt; laden Sie die Seite neu.',
  IDEMPOTENCY_KEY_INVALID: 'Ein Schlüssel gegen Wiederholung hat 8 bis 200 sichtbare ASCII-Zeichen.',
  JOB_GIVEN_UP: 'Die Arbeit ist bei jedem Versuch durch einen Fehler von uns gescheitert; nennen Sie uns den Auftrag {job}.',
  SIGN_IN_FAILED: 'E-Mail oder Passwort ist falsch.',
  TOO_MANY_ATTEMPTS: 'Zu viele Versuche; versuchen Sie es in {seconds} Sekunden erneut.',
  CLOCK_BACKWARD: 'Die Uhr steht auf {now} und geht nur vorwärts; {to} liegt nicht danach.',
  CLOCK_TOO_FAR: '{to} liegt mehr als {months} Monate voraus; stellen Sie die Uhr in Schritten vor.',

  // Accounts at vendors
  PLATFORM_UNKNOWN: 'Die Plattform {platform} gibt es nicht; bekannt sind {known}.',
  SYNC_ROLE_MISMATCH: '{account} ist {kind}; dazu gehört die Rolle {fitting}, nicht {role}.',
  SYNC_EMAIL_INVALID: 'An „{email}“ lassen sich keine Lizenzschlüssel schicken; geben Sie eine Adresse wie lizenzen@example.com an.',
  RESELLER_PIN_MISSING: 'Für {account} fehlt die Reseller-PIN auf {platform}; tragen Sie die PIN des Herstellers ein.',
  RESELLER_PIN_INVALID: 'Die PIN „{pin}“ darf nur Buchstaben, Ziffern, Punkte und Striche enthalten.',
  RESELLER_PIN_TAKEN: 'Die PIN {pin} gehört auf {platform} schon {owner}; jeder Reseller hat seine eigene.',
  RESELLER_PIN_NOT_ALLOWED: '{account} ist {kind}; eine PIN haben nur Reseller.',
  PARENT_NOT_SYNCHRONIZED: '{parent} verkauft an {account} und ist auf {platform} noch nicht synchronisiert ({status}); beginnen Sie dort.',
  SYNC_PARENT_MISMATCH: '{account} kauft nicht bei {parent}, sondern bei {seller}.',
  SYNC_IN_PROGRESS: '{account} wird auf {platform} gerade synchronisiert; warten Sie das Ende ab.',
  ACCOUNT_NOT_SYNCHRONIZED: 'Das Konto {account} ist auf {platform} nicht synchronisiert ({status}); das muss zuerst geschehen.',

  // Provisioning
  VENDOR_NOT_CONFIGURED: '{vendor} ist nicht erreichbar: Die Einstellungen {settings} fehlen.',
  VENDOR_CANNOT: '{vendor} bietet das nicht an.',
  VENDOR_PARAMETER_INVALID: '{vendor} würde {parameter} ablehnen: {problem}',
  VENDOR_REJECTED: '{vendor} hat abgelehnt: {message}',
  OPERATION_PENDING: 'Für {subject} läuft noch ein Vorgang ({kind}, {state} seit {since}); warten Sie das Ende ab.',
  OPERATION_UNKNOWN: 'Den Vorgang {operation} gibt es nicht.',
  OPERATION_STATE_NOT_ALLOWED: 'Der Vorgang ist {state}; möglich ist das nur bei {allowed}.',
  DRIFT_UNKNOWN: 'Die Abweichung {drift} gibt es nicht.',
  OPERATION_SUPERSEDED: '{subscription} wurde seitdem geändert ({kind}, {at}); ist die Änderung noch gewünscht, beauftragen Sie sie neu.',
  VENDOR_HAS_IT: '{vendor} hat {subscription} doch noch geliefert, als {vendorSubscriptionId}; erledigen Sie zuerst diese Abweichung.',
  DRIFT_SETTLED: 'Die Abweichung ist schon erledigt: {resolution}',
  DRIFT_RESOLUTION_NOT_ALLOWED: 'Mit {resolution} lässt sich diese Abweichung nicht erledigen; möglich ist {allowed}.',
  RESOLUTION_INVALID: '{field} fehlt: Sehen Sie im Portal des Herstellers nach.',
  VENDOR_SUBSCRIPTION_TAKEN: '{vendorSubscriptionId} gehört beim Hersteller schon zu {subscription}.',
  REACTIVATION_NOT_ALLOWED:
    'Das Abonnement {subscription} wurde am {day} beendet und beim Hersteller gelöscht; bestellen Sie es neu, mit neuem Aktivierungscode.',
  APPROVAL_CODE_NOT_ALLOWED: 'Das dürfen nur Mitarbeiter des Distributors angeben.',
  APPROVAL_CODE_INVALID: 'Der Genehmigungscode „{code}“ muss 1 bis 50 sichtbare Zeichen haben.',

  // Orders
  ORDER_UNKNOWN: 'Die Bestellung {order} gibt es nicht.',
  ORDER_LINE_UNKNOWN: 'Die Bestellposition {line} gibt es nicht.',
  ORDER_STATE_NOT_ALLOWED: 'Die Bestellung {order} ist {status}; möglich ist das nur bei {allowed}.',
  ORDER_CHANNEL_NOT_ALLOWED: 'Über {channel} können Sie nicht bestellen; möglich: {allowed}.',
  ORDER_EMPTY: 'Die Bestellung {order} ist leer; fügen Sie etwas hinzu.',
  ORDER_LINES_TOO_MANY: 'Eine Bestellung hat höchstens {maximum} Positionen; legen Sie eine weitere an.',
  ORDER_INCOMPLETE: 'Die Bestellung {order} ist unvollständig: {lines}',
  CHARACTERISTIC_UNKNOWN: '{plan} hat kein Merkmal {name}; es gibt {known}.',
  CHARACTERISTIC_DUPLICATE: '{name} ist {count}-mal angegeben; einmal genügt.',
  CHARACTERISTIC_INVALID: '{name} ist „{value}“; möglich ist: {expected}.',
  PLAN_NOT_OFFERED: '{plan} steht am {day} in keiner Preisliste von {account} und lässt sich dafür nicht bestellen.',
  QUOTE_STALE: 'Das Angebot gilt nicht mehr; berechnen Sie die Kosten neu.',
  QUOTE_FOREIGN: 'Das Angebot gehört nicht zur Bestellung {order}; berechnen Sie deren Kosten.',
  APPROVAL_OF_OWN_REQUEST: 'Sie haben die Bestellung {order} selbst aufgegeben; darüber muss jemand anderes entscheiden.',
};
