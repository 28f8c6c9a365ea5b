the-company = Das Unternehmen
language = Sprache
language-choose = Ändern
skip = Zum Inhalt springen
footer = { $company } fragt danach, um gesetzliche Pflichten zu erfüllen. Was Sie angeben, wird verschlüsselt.
title-error = Fehler: { $title }

welcome-individual = { $company } bittet Sie, Ihre Identität zu bestätigen
welcome-corporate = { $company } bittet Sie, Ihr Unternehmen zu bestätigen
welcome-text = Das Gesetz verpflichtet { $company }, seine Kunden zu kennen. Auf den nächsten Seiten geben Sie das Nötige an.
welcome-again = { $company } hat Ihre Angaben geprüft und braucht etwas noch einmal. Die nächsten Seiten sagen, was.
welcome-time = Es dauert etwa zehn Minuten. Halten Sie Ihre Dokumente bereit.
welcome-saved = Alles wird beim Ausfüllen gespeichert. Sie können jederzeit aufhören und später weitermachen, hier oder auf einem anderen Gerät.
welcome-until = Dieser Link gilt bis { $date }.
welcome-go = Beginnen

overview-title = Ihre Bestätigung
overview-text = Das sind die Schritte, in beliebiger Reihenfolge; alles wird dabei gespeichert.
overview-again = { $company } braucht etwas noch einmal.
overview-go = Weiter
overview-review = Prüfen und absenden
comment = Was { $company } dazu sagt
leave = Hier aufhören und später weitermachen
left-title = Sie haben das Formular verlassen
left-text = Alles ist gespeichert. Um weiterzumachen, öffnen Sie den Link, den Sie bekommen haben. Sie können diese Seite schließen.

expired-title = Dieser Link ist abgelaufen
expired-text = Links gelten nur wenige Tage, damit ein verlorener nichts öffnet. Ihre Angaben sind erhalten. Um weiterzumachen, bitten Sie { $company } um einen neuen Link.
replaced-title = Es gibt einen neueren Link
replaced-text = { $company } hat Ihnen seither einen neueren Link geschickt; dieser öffnet nichts mehr. Ihre Angaben sind erhalten. Nehmen Sie den neuesten Link oder bitten Sie { $company } um einen weiteren.
submitted-title = Danke: Es ist alles da
submitted-text = { $company } prüft es. Sie müssen nichts tun und hören von dort.
approved-title = Sie sind bestätigt
approved-text = { $company } hat Sie bestätigt. Es ist nichts mehr zu tun.
rejected-title = Das konnte nicht bestätigt werden
rejected-text = { $company } konnte Ihre Angaben nicht bestätigen. Wenn Sie das für einen Irrtum halten, fragen Sie { $company }: Es kann neu begonnen und Ihnen ein neuer Link geschickt werden.
offboarded-title = Hier ist nichts zu tun
offboarded-text = Ihre Beziehung zu { $company } ist beendet. Wenn Sie das für einen Irrtum halten, fragen Sie dort nach.
go-back = Zurück zu { $company }
questions = Fragen? Schreiben Sie an { $company }, von dort kam dieser Link.
unknown-link-title = Dieser Link führt nirgendwohin
unknown-link-text = Vielleicht wurde er beim Kopieren abgeschnitten: Öffnen Sie ihn noch einmal aus der Nachricht, in der Sie ihn bekommen haben. Hilft das nicht, bitten Sie das Unternehmen, das ihn geschickt hat, um einen neuen.
no-pass-title = Öffnen Sie Ihren Link noch einmal
no-pass-text = Dieses Gerät ist nicht im Formular oder hat es verlassen. Öffnen Sie den Link aus der Nachricht, in der Sie ihn bekommen haben; Ihre Angaben sind erhalten. Das Formular braucht Cookies: Erlauben Sie sie für diese Seite.
not-found-title = Diese Seite gibt es nicht
not-found-text = Vielleicht hat sich geändert, wonach gefragt wird. Gehen Sie zurück oder öffnen Sie Ihren Link noch einmal: Ihre Angaben sind erhalten.
failed-title = Bei uns ist etwas schiefgegangen
failed-text = Was vorher gespeichert wurde, ist erhalten. Gehen Sie zurück und versuchen Sie es gleich noch einmal.
cross-site-title = Das kam nicht von unserer Seite
cross-site-text = Zu Ihrer Sicherheit wurde es nicht angenommen. Öffnen Sie den Link aus der Nachricht, in der Sie ihn bekommen haben, und versuchen Sie es dort noch einmal.
too-fast-title = Das war viel auf einmal
too-fast-text = Damit niemand einen Link missbraucht, wird je Minute nur eine gewisse Menge angenommen. Gespeichertes ist erhalten. Gehen Sie zurück und versuchen Sie es in einer Minute noch einmal.
too-many-title = Es sind zu viele
too-many-text = Weitere Personen oder Dokumente können nicht hinzugefügt werden. Gehen Sie zurück und entfernen Sie zuerst etwas.

steps = Schritte
steps-done = { $done } von { $all } Schritten erledigt
step-done = Erledigt
step-left = { $count ->
    [one] Noch 1 Angabe
   *[other] Noch { $count } Angaben
}
step-details = Über Sie
step-business = Über das Unternehmen
step-address = Adresse
step-identity = Ausweis
step-funds = Nutzung des Kontos
step-people = Eigentümer und Leitung
step-documents = Dokumente
step-review = Prüfen und absenden
continue = Weiter
save-and-continue = Speichern und weiter
optional = (freiwillig)
choose = Bitte wählen
choose-kept = Schon angegeben; verborgen
countries-likely = Vorschläge
countries-all = Alle Länder
countries-open = Alle Länder anzeigen
countries-found = Gefundene Länder: { $count }
countries-none = Kein Land hat diesen Namen oder Code. Versuchen Sie eine andere Schreibweise
countries-restored = Das ist kein Land der Liste. Ausgewählt bleibt: { $country }
countries-cleared = Das ist kein Land der Liste. Wählen Sie eines aus der Liste
yes = Ja
no = Nein
day = Tag
month = Monat
year = Jahr
date = { $day }. { $month } { $year }
date-month-first = { $day }. { $month } { $year }
month-1 = Januar
month-2 = Februar
month-3 = März
month-4 = April
month-5 = Mai
month-6 = Juni
month-7 = Juli
month-8 = August
month-9 = September
month-10 = Oktober
month-11 = November
month-12 = Dezember
saved = Gespeichert.
saved-over = Es ersetzt, was ein anderes Gerät am { $time } gespeichert hat.
saved-elsewhere = Auf einem anderen Gerät gespeichert am { $time }.
kept = Schon angegeben: { $mask }. Zum Schutz ist es hier verborgen; lassen Sie das Feld leer, um es zu behalten.
replaced = Gespeichert. Ein Teil ersetzt, was ein anderes Gerät gespeichert hatte.
errors = { $count ->
    [one] Es gibt ein Problem
   *[other] Es gibt { $count } Probleme
}

people-text = Fügen Sie alle hinzu, denen 25 % oder mehr des Unternehmens gehören, und alle, die es kontrollieren, etwa die Geschäftsführung.
people-none = Es wurde noch niemand hinzugefügt.
person-add = Person hinzufügen
person-number = Person { $number }
person-remove = Diese Person entfernen
person-remove-sure = Was über diese Person angegeben wurde, wird gelöscht.
person-remove-yes = Ja, entfernen

upload-hint = JPEG, PNG oder PDF, höchstens 10 MB. Alles muss lesbar sein.
upload-choose = Datei auswählen
upload-another = Weitere Datei auswählen
upload-camera = Foto aufnehmen
upload-send = Hochladen
upload-none = Wählen Sie zuerst eine Datei aus.
upload-again = Diese Seite hatte schon eine andere Datei gesendet. Wählen Sie die Datei noch einmal aus.
upload-unsupported_file_type = Das ist weder JPEG noch PNG noch PDF. Wählen Sie eine andere Datei oder nehmen Sie ein Foto auf.
upload-damaged_file = Diese Datei ist beschädigt oder leer. Wählen Sie eine andere.
upload-payload_too_large = Diese Datei ist größer als 10 MB. Wählen Sie eine kleinere.
file-given = Eine Datei wurde abgegeben
file-remove = Entfernen
file-remove-number = Datei { $number } entfernen: { $document }
js-offline = Keine Verbindung. Was Sie eingegeben haben, ist noch da und wird gespeichert, sobald die Verbindung wieder steht.
js-retry = Die Verbindung ist abgebrochen. Neuer Versuch …
js-sending = Wird hochgeladen …

review-left = { $count ->
    [one] Eine Angabe fehlt noch, bevor Sie absenden können
   *[other] { $count } Angaben fehlen noch, bevor Sie absenden können
}
review-kept = Angegeben ({ $mask })
review-files = { $count ->
    [one] 1 Datei
   *[other] { $count } Dateien
}
review-changed = Seit dem Anzeigen dieser Seite hat sich etwas geändert. Bitte sehen Sie sie noch einmal durch.
change = Ändern
consent-title = Ihre Zustimmung
consent-true = Meine Angaben sind wahr und vollständig.
consent-use = { $company } darf sie verwenden, um mich und die von mir genannten Personen zu bestätigen, wie das Gesetz es verlangt, und sie so lange aufbewahren, wie das Gesetz es verlangt.
consent-share = { $company } darf sie von den Unternehmen prüfen lassen, die es für die Bestätigung einsetzt.
consent-agree = Ich stimme zu
consent-missing = Setzen Sie das Häkchen, um zuzustimmen
submit = Absenden

wrong-missing = Das fehlt
wrong-none_given = Füllen Sie mindestens eines dieser Felder aus
wrong-too_long = Das hat mehr als { $most } Zeichen
wrong-nul_character = Das enthält ein Zeichen, das nicht gespeichert werden kann
wrong-invalid_date = Dieses Datum gibt es nicht
wrong-unknown_country = Wählen Sie ein Land aus der Liste
wrong-unknown_value = Wählen Sie etwas aus der Liste
wrong-wrong_type = Wählen Sie ja oder nein
wrong-other_calendar = { $calendar ->
    [persian] Das sieht nach einem Datum des persischen Kalenders aus
    [thai] Das sieht nach einem Datum des thailändischen Kalenders aus
    [either] Das sieht nach einem Datum des persischen oder des islamischen Kalenders aus
   *[other] Das sieht nach einem Datum des islamischen Kalenders aus
}
date-meant = Meinten Sie den { $date }?
date-use = { $date } übernehmen
wrong-long_ago = Das ist mehr als 120 Jahre her. Prüfen Sie das Jahr
wrong-blank = Schreiben Sie dies mit sichtbaren Buchstaben oder Ziffern; ein Name hat mindestens einen Buchstaben
wrong-unseen = Das Zeichen an Stelle { $at } ist unsichtbar. Löschen Sie alles in diesem Feld und tippen Sie es neu
wrong-not_a_share = Geben Sie den Anteil als Zahl von 0 bis 100 an, zum Beispiel 33,3
wrong-other = Das kann so nicht angenommen werden
fault-in_the_future = Das liegt in der Zukunft
fault-too_young = Sie müssen mindestens 18 Jahre alt sein
fault-no_amount = Das ist kein Betrag. Schreiben Sie eine Zahl, etwa 5000
fault-no_website = Das ist keine Adresse einer Website
fault-no_share = Einer der Anteile ist keine Prozentzahl. Schreiben Sie eine Zahl, etwa 33.3
fault-shares_too_many = Die Anteile ergeben mehr als 100 Prozent
fault-asked_again = Bitte geben Sie das noch einmal an
fault-other_document = Das zeigt ein anderes Dokument als das, das Sie angegeben haben
fault-needs_password = Diese PDF-Datei lässt sich nur mit einem Passwort öffnen. Geben Sie eine ohne Passwort
fault-unusable_picture = Dieses Bild ist zu klein, um es zu lesen. Geben Sie eines mit mindestens 200 Pixeln auf jeder Seite

field-account_purpose = Zweck des Kontos
field-account_purpose_other = Wofür das Konto ist
field-acting_as_intermediary = Handeln Sie für jemand anderen?
field-birth_country = Geburtsland
field-birth_date = Geburtsdatum
field-business_address = Geschäftsadresse
field-business_description = Was das Unternehmen tut
field-business_legal_name = Firma laut Register
field-city = Ort
field-country = Land
field-employment_status = Beschäftigung
field-expected_monthly_volume_usd = Erwarteter monatlicher Umsatz in US-Dollar
field-first_name = Vorname
field-formation_date = Gründungsdatum
field-has_control = Kontrolliert diese Person das Unternehmen, etwa in der Geschäftsführung?
field-has_ownership = Gehört dieser Person ein Teil des Unternehmens?
field-id_document-issuing_country = Ausstellendes Land
field-id_document-number = Nummer des Dokuments
field-id_document-type = Art des Dokuments
field-last_name = Nachname
field-middle_name = Zweiter Vorname
field-most_recent_occupation = Beruf
field-nationality = Staatsangehörigkeit
field-ownership_percentage = Anteil in Prozent
field-postal_code = Postleitzahl
field-primary_website = Website
field-registration_number = Registernummer
field-residential_address = Wohnadresse
field-source_of_funds_description = Woher das Geld kommt
field-state = { $country ->
    [CH] Kanton
   *[other] Bundesland oder Provinz
}
field-street_line_1 = Straße und Hausnummer
field-street_line_2 = Wohnung, Stockwerk, Gebäude
field-tax_number = { $country ->
    [US] Sozialversicherungsnummer (SSN) oder ITIN
   *[other] Steuernummer
}
field-tax_number-type = Art der Nummer

choice-passport = Reisepass
choice-driver_license = Führerschein
choice-residence_permit = Aufenthaltstitel
choice-government_id = Personalausweis
choice-state_or_provincial_id = Ausweis eines Bundesstaats oder einer Provinz
choice-employed = Angestellt
choice-homemaker = Im Haushalt tätig
choice-retired = Im Ruhestand
choice-self_employed = Selbstständig
choice-student = In Ausbildung oder Studium
choice-unemployed = Ohne Beschäftigung
choice-charitable_donations = Spenden
choice-ecommerce_retail_payments = Zahlungen eines Onlineshops
choice-investment_purposes = Geldanlage
choice-other = Etwas anderes
choice-payments_to_friends_or_family_abroad = Zahlungen an Freunde oder Familie im Ausland
choice-payroll = Löhne
choice-personal_or_living_expenses = Persönliche Ausgaben oder Lebensunterhalt
choice-protect_wealth = Ersparnisse schützen
choice-purchase_goods_and_services = Waren und Dienste kaufen
choice-receive_payments_for_goods_and_services = Bezahlung für Waren und Dienste
choice-third_party_money_transmission = Geld für andere senden
choice-treasury_management = Gelder eines Unternehmens verwalten

label-legal_name = Amtlicher Name
label-residential_address = Wo Sie wohnen
label-residential_state = Bundesstaat
label-id_document = Ihr Ausweis
label-business_tax_number = { $country ->
    [US] Arbeitgebernummer (EIN)
   *[other] Steuernummer
}
label-id_document_front = { $kind ->
    [passport] Fotoseite des Reisepasses
   *[other] Bild des Ausweises, Vorderseite
}
label-id_document_back = Bild des Ausweises, Rückseite
label-proof_of_address = Adressnachweis
label-business_formation = Gründungsurkunde oder Satzung
label-shareholder_registry = Verzeichnis der Gesellschafter
label-directors_registry = Verzeichnis der Geschäftsführung
label-business_proof_of_address = Nachweis der Geschäftsadresse
label-ownership = Anteile der Eigentümer
label-controller = Mindestens eine Person mit Kontrolle
label-person_address = Wo diese Person wohnt
label-person_id_document = Ausweis dieser Person
label-person_proof_of_address = Adressnachweis dieser Person
label-proof_of_source_of_funds = Nachweis, woher das Geld kommt

because-first_name = Wie im Ausweis.
because-legal_name = Wie im Ausweis. Bei nur einem Namen füllen Sie eines der Felder aus und lassen das andere leer.
because-birth_date = Damit werden Personen gleichen Namens unterschieden.
because-nationality = Manche Gesetze hängen davon ab.
because-residential_address = Kein Postfach.
because-residential_state = Adressen in den Vereinigten Staaten nennen einen Bundesstaat.
because-id_document = Ein gültiges amtliches Dokument.
because-id_document_front = Es belegt die Identität.
because-id_document_back = Außer Reisepässen haben alle etwas auf der Rückseite.
because-proof_of_address = Rechnung, Kontoauszug oder amtlicher Brief der letzten drei Monate mit Name und Adresse.
because-tax_number = Damit werden Einwohner der Vereinigten Staaten gemeldet.
because-business_legal_name = Wie im Register.
because-registration_number = Sie bezeichnet das Unternehmen in seinem Register.
because-formation_date = Es wird mit dem Register verglichen.
because-business_address = Wo das Unternehmen eingetragen ist.
because-business_tax_number = Damit werden Unternehmen der Vereinigten Staaten gemeldet.
because-primary_website = Was angegeben ist, muss irgendwohin führen.
because-business_formation = Sie belegt, dass es das Unternehmen gibt.
because-shareholder_registry = Es belegt, wem das Unternehmen gehört.
because-directors_registry = Es belegt, wer für das Unternehmen handelt.
because-ownership = Anteile sind Prozentzahlen, zusammen höchstens 100.
because-controller = Jemand handelt für das Unternehmen und ist bekannt.
because-expected_volume = Wer mehr bewegt, wird mehr gefragt.
because-source_of_funds = Danach wird bei hohen Beträgen, manchen Zwecken und manchen Ländern gefragt.
because-proof_of_source_of_funds = Etwa eine Gehaltsabrechnung, ein Kaufvertrag oder ein Kontoauszug.
because-account_purpose_other = Sie haben angegeben, dass es für etwas anderes ist.
