the-company = Das Unternehmen
language = Sprache
skip = Zum Inhalt springen
footer = { $company } ist gesetzlich verpflichtet, diese Angaben zu erheben. Sie werden verschlüsselt gespeichert.
title-error = Fehler: { $title }

welcome-individual = { $company } bittet Sie, Ihre Identität nachzuweisen
welcome-corporate = { $company } bittet Sie um Angaben zu Ihrem Unternehmen
welcome-text = { $company } ist gesetzlich verpflichtet, die Identität der eigenen Kunden zu prüfen. Auf den nächsten Seiten machen Sie Ihre Angaben und laden die nötigen Dokumente hoch.
welcome-again = { $company } hat Ihre Angaben geprüft und bittet Sie, einiges zu ändern oder noch einmal einzureichen. Die nächste Seite zeigt, was.
welcome-minutes = Es dauert etwa { $minutes } Minuten.
welcome-saved = Ihre Angaben werden laufend gespeichert. Sie können jederzeit unterbrechen und später weitermachen, auf diesem oder einem anderen Gerät.
welcome-until = Dieser Link funktioniert bis { $date }.
welcome-go = Beginnen
ready-title = Halten Sie dies bereit
ready-id_document = Ihren Ausweis, etwa Reisepass oder Personalausweis
ready-person_id_document = Einen Ausweis jeder Person, die Anteile hält oder das Unternehmen leitet
ready-person_proof_of_address = Einen Adressnachweis jeder Person, die Anteile hält oder das Unternehmen leitet
company-legal = Verantwortlich für Ihre Daten ist { $legal }.
company-privacy = Datenschutzhinweise von { $company }
company-terms = Nutzungsbedingungen von { $company }
company-support = Hilfe von { $company }
review-takes = { $company } braucht für die Entscheidung in der Regel { $time }.
time-minutes = { $count ->
    [one] 1 Minute
   *[other] { $count } Minuten
}
time-hours = { $count ->
    [one] 1 Stunde
   *[other] { $count } Stunden
}
time-days = { $count ->
    [one] 1 Tag
   *[other] { $count } Tage
}
time-working-days = { $count ->
    [one] 1 Werktag
   *[other] { $count } Werktage
}

overview-title = Ihre Identitätsprüfung
overview-text = Füllen Sie die Schritte in beliebiger Reihenfolge aus. Ihre Angaben werden laufend gespeichert.
overview-again = { $company } bittet Sie, einiges zu ändern oder noch einmal einzureichen.
overview-go = Weiter
overview-review = Prüfen und absenden
comment = Nachricht von { $company }
correct = Das ist so richtig
correct-why = Warum ist es richtig?
correct-hint = { $company } liest Ihre Begründung. Mit ihr müssen Sie das nicht noch einmal angeben.
correct-kept = Sie haben einen Grund angegeben; er ist hier verborgen. Lassen Sie das Feld leer, um ihn zu behalten.
leave = Speichern und beenden
exit-saved = Alles ist gespeichert. Sie können diese Seite schließen und später mit demselben Link weitermachen.
left-title = Sie haben das Formular verlassen
left-text = Ihre Angaben sind gespeichert. Um weiterzumachen, öffnen Sie den Link, den Sie erhalten haben. Sie können diese Seite schließen.

home-name = Identitätsprüfung
home-title = Öffnen Sie den Link aus Ihrer Nachricht
home-text = Wer Sie um diese Prüfung bittet, schickt Ihnen einen eigenen Link, per E-Mail oder in einer anderen Nachricht. Öffnen Sie ihn, um anzufangen oder weiterzumachen. Was Sie schon angegeben haben, bleibt erhalten.
home-resume = Mit der Prüfung weitermachen
paste-label = Oder fügen Sie Ihren Link hier ein
paste-hint = Kopieren Sie ihn ganz aus der Nachricht, auch wenn er über mehrere Zeilen geht.
paste-go = Link öffnen
paste-wrong = Das ist kein vollständiger Link. Kopieren Sie ihn noch einmal, von „https“ bis zum letzten Buchstaben.
support = Hilfe von { $company } bekommen
left-why = Dieses Gerät öffnet das Formular nicht mehr, falls auch andere es benutzen.
left-again = Jetzt weitermachen

expired-title = Dieser Link ist abgelaufen
expired-text = Zu Ihrer Sicherheit funktioniert ein Link nur wenige Tage. Ihre Angaben sind gespeichert. Um weiterzumachen, bitten Sie { $company } um einen neuen Link.
replaced-title = Es gibt einen neueren Link
replaced-text = { $company } hat Ihnen einen neueren Link geschickt; dieser hier funktioniert deshalb nicht mehr. Ihre Angaben sind gespeichert. Verwenden Sie den neuesten Link oder bitten Sie { $company } um einen weiteren.
abandoned-title = Dieses Formular ist vorerst geschlossen
abandoned-text = { $company } hat Sie gebeten, einiges zu ändern oder noch einmal einzureichen, und seit einiger Zeit nichts von Ihnen gehört. Deshalb ist das Formular vorerst geschlossen. Ihre Angaben sind gespeichert. Um weiterzumachen, bitten Sie { $company } um einen neuen Link.
submitted-title = Vielen Dank, Ihre Angaben sind eingegangen
submitted-text = { $company } prüft jetzt Ihre Angaben und Dokumente und meldet sich bei Ihnen mit dem Ergebnis oder falls noch etwas fehlt. Sie müssen nichts weiter tun und können diese Seite schließen.
approved-title = Ihre Prüfung ist abgeschlossen
approved-text = { $company } hat Ihre Angaben geprüft und akzeptiert. Sie müssen nichts weiter tun und können diese Seite schließen.
rejected-title = Ihre Prüfung war nicht erfolgreich
rejected-text = { $company } konnte Ihre Angaben nicht bestätigen. Wenn Sie das für einen Irrtum halten, wenden Sie sich an { $company }. Dort kann man Ihnen einen neuen Link schicken, damit Sie es noch einmal versuchen können.
offboarded-title = Dieses Formular ist geschlossen
offboarded-text = Ihre Geschäftsbeziehung mit { $company } ist beendet, daher gibt es hier nichts auszufüllen. Wenn Sie das für einen Irrtum halten, wenden Sie sich an { $company }.
go-back = Zurück zu { $company }
questions = Fragen? Wenden Sie sich an { $company }. Von dort haben Sie diesen Link erhalten.
reference = Referenz: { $reference }
reference-use = Wenn Sie sich an { $company } wenden, nennen Sie bitte diese Referenz.
unknown-link-title = Dieser Link funktioniert nicht
unknown-link-text = Vielleicht fehlt ein Teil des Links. Öffnen Sie ihn noch einmal aus der Nachricht, die Sie erhalten haben, oder kopieren Sie ihn vollständig. Wenn er weiterhin nicht funktioniert, bitten Sie das Unternehmen, von dem Sie ihn haben, um einen neuen Link.
no-pass-title = Öffnen Sie Ihren Link noch einmal
no-pass-text = Zum Schutz Ihrer Daten lässt sich dieses Formular nur über Ihren Link öffnen. Öffnen Sie den Link aus der Nachricht, die Sie erhalten haben: Ihre Angaben sind gespeichert. Wenn diese Seite noch einmal erscheint, erlauben Sie Cookies für diese Website.
not-found-title = Seite nicht gefunden
not-found-text = Vielleicht haben sich die Fragen im Formular geändert, seit Sie diese Seite geöffnet haben. Gehen Sie zurück oder öffnen Sie Ihren Link noch einmal. Ihre Angaben sind gespeichert.
failed-title = Etwas ist schiefgegangen
failed-text = Der Fehler liegt bei uns. Alles, was Sie gespeichert haben, ist noch da. Gehen Sie zurück und versuchen Sie es gleich noch einmal.
cross-site-title = Diese Anfrage konnte nicht angenommen werden
cross-site-text = Zu Ihrer Sicherheit lassen sich Angaben nur aus dem Formular selbst senden. Öffnen Sie den Link aus der Nachricht, die Sie erhalten haben, und versuchen Sie es noch einmal.
too-fast-title = Bitte warten Sie eine Minute
too-fast-text = Wir haben in kurzer Zeit sehr viel von Ihnen erhalten. Zum Schutz vor Missbrauch gibt es eine Grenze pro Minute. Alles, was Sie gespeichert haben, ist noch da. Gehen Sie zurück und versuchen Sie es in einer Minute noch einmal.
incomplete-title = Ihre Angaben sind nicht vollständig angekommen
incomplete-text = Möglicherweise wurde die Verbindung unterbrochen. Von dieser Seite wurde diesmal nichts gespeichert. Gehen Sie zurück und senden Sie sie noch einmal.
too-long-title = Ihre Angaben sind zu lang
too-long-text = Auf dieser Seite stand zu viel Text, und diesmal wurde nichts davon gespeichert. Gehen Sie zurück, kürzen Sie Ihre Angaben und senden Sie die Seite noch einmal.

steps = Schritte
steps-done = { $done } von { $all } Schritten erledigt
step-of = Schritt { $number } von { $all }
back = Zurück
step-done = Erledigt
step-left = { $count ->
    [one] Noch 1 Angabe
   *[other] Noch { $count } Angaben
}
step-details = Ihre Daten
step-business = Ihr Unternehmen
step-address = Adresse
step-identity = Ausweis
step-funds = Wofür Sie das Konto nutzen
step-people = Personen, denen das Unternehmen gehört oder die es leiten
step-documents = Dokumente
step-review = Prüfen und absenden
step-ready = Bereit zum Absenden
continue = Weiter
save-and-continue = Speichern und weiter
optional = (optional)
save-and-exit = Speichern und beenden
choose = Bitte wählen
choose-kept = Schon angegeben (ausgeblendet)
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
saved-over = Das ersetzt, was am { $time } auf einem anderen Gerät gespeichert wurde.
saved-elsewhere = Auf einem anderen Gerät gespeichert am { $time }.
kept = Schon angegeben: { $mask }. Zum Schutz Ihrer Daten ausgeblendet. Wenn es so bleiben soll, lassen Sie das Feld leer.
replaced = Gespeichert. Einige Ihrer Angaben ersetzen Angaben, die auf einem anderen Gerät gespeichert wurden.
errors = { $count ->
    [one] Es gibt ein Problem
   *[other] Es gibt { $count } Probleme
}

people-text = Fügen Sie jede Person hinzu, der mindestens 25 % des Unternehmens gehören, und jede Person, die es leitet oder kontrolliert, zum Beispiel die Geschäftsführung.
people-none = Sie haben noch niemanden hinzugefügt.
people-full = Sie können keine weiteren Personen hinzufügen. Entfernen Sie zuerst eine.
people-complete = Die Angaben zu { $name } sind vollständig. Fügen Sie noch eine Person hinzu oder gehen Sie weiter.
people-shares = { $named } % von 100 % angegeben
people-owns = Besitzt { $share } %
people-owner = Eigentümer
people-controls = Kontrolliert das Unternehmen
needed = Wir brauchen außerdem:
needed-owner = Weil { $name } 25 % oder mehr besitzt, brauchen wir außerdem:
needed-controller = Weil { $name } das Unternehmen kontrolliert, brauchen wir außerdem:
needed-both = Weil { $name } 25 % oder mehr besitzt und das Unternehmen kontrolliert, brauchen wir außerdem:
person-add = Person hinzufügen
person-number = Person { $number }
person-remove = Diese Person entfernen
person-remove-sure = Alle Angaben zu dieser Person werden gelöscht.
person-remove-yes = Ja, entfernen

upload-hint = Laden Sie ein Foto oder einen Scan (JPEG oder PNG) oder eine PDF-Datei hoch, höchstens 10 MB.
example-whole = Ganz im Bild, mit allen vier Ecken
example-page = Die Seite mit dem Foto, bis zu den letzten Zeilen
example-sharp = Nicht verschwommen, nicht zu dunkel
example-glare = Ohne Spiegelung, nichts verdeckt
example-letter = Name, Adresse und Datum sind lesbar
upload-choose = Datei auswählen
upload-another = Andere Datei auswählen
upload-camera = Foto aufnehmen
upload-send = Hochladen
upload-none = Wählen Sie zuerst eine Datei aus.
upload-again = Sie haben von dieser Seite schon eine andere Datei gesendet. Bitte wählen Sie Ihre Datei noch einmal aus.
upload-refused = „{ $field }“: { $why }
upload-full = Sie können keine weiteren Dokumente hinzufügen. Entfernen Sie zuerst eines.
upload-unsupported_file_type = Diese Datei ist weder JPEG noch PNG noch PDF. Wählen Sie eine andere Datei oder nehmen Sie ein Foto auf.
upload-damaged_file = Diese Datei ist leer oder beschädigt und lässt sich nicht öffnen. Wählen Sie eine andere Datei.
upload-infected_file = Unser Virenscanner hat diese Datei abgelehnt. Wählen Sie eine andere Datei oder nehmen Sie ein Foto auf.
upload-not_scanned = Diese Datei konnte gerade nicht auf Viren geprüft werden. Versuchen Sie es in ein paar Minuten noch einmal.
upload-payload_too_large = Diese Datei ist größer als 10 MB. Wählen Sie eine kleinere oder nehmen Sie ein Foto auf.
upload-heic = Das ist ein HEIC-Foto, das dieser Browser nicht umwandeln kann. Nehmen Sie hier ein Foto auf, oder wählen Sie eine JPEG-, PNG- oder PDF-Datei.
upload-pixels = Dieses Bild hat zu viele Pixel. Wählen Sie ein kleineres, oder nehmen Sie hier ein Foto auf.
upload-preparing = Bild wird vorbereitet …
upload-progress = Wird hochgeladen: { $percent } %
upload-done = Hochgeladen: { $name }
upload-broken = Die Datei konnte nicht gesendet werden: Die Verbindung ist dreimal abgebrochen.
upload-try-again = Erneut versuchen
upload-other = Andere Datei auswählen
upload-cancel = Abbrechen
upload-cancelled = Das Hochladen wurde abgebrochen.
upload-waiting = Eine Datei wird noch hochgeladen. Danach geht es von selbst weiter.
file-given = Datei hochgeladen
file-refused = Nicht angenommen: { $why }
file-asked-again = Nicht angenommen: Eine neue Datei wird benötigt
file-remove = Entfernen
file-remove-number = Datei { $number } entfernen: { $document }
js-offline = Keine Verbindung. Ihre Eingaben sind noch da und werden gespeichert, sobald Sie wieder online sind.
js-retry = Die Verbindung wurde unterbrochen. Neuer Versuch …
js-sending = Wird hochgeladen …

review-left = { $count ->
    [one] Noch eine Angabe, bevor Sie absenden können
   *[other] Noch { $count } Angaben, bevor Sie absenden können
}
review-kept = Angegeben ({ $mask })
review-changed = Seit Sie diese Seite geöffnet haben, hat sich etwas geändert. Bitte prüfen Sie Ihre Angaben noch einmal.
reveal-title = Frühere Angaben ansehen
reveal-individual = Einige Angaben wurden auf einem anderen Gerät oder von { $company } gemacht und sind verborgen. Um sie zu sehen, geben Sie Ihr Geburtsdatum ein.
reveal-corporate = Einige Angaben wurden auf einem anderen Gerät oder von { $company } gemacht und sind verborgen. Um sie zu sehen, geben Sie das Gründungsdatum des Unternehmens ein.
reveal-show = Anzeigen
reveal-wrong = { $count ->
    [one] Dieses Datum stimmt nicht mit dem überein, das uns vorliegt. Sie haben noch einen Versuch.
   *[other] Dieses Datum stimmt nicht mit dem überein, das uns vorliegt. Sie haben noch { $count } Versuche.
}
reveal-closed = Das Datum war zu oft falsch. Mit diesem Link bleiben frühere Angaben verborgen. Es ist nichts verloren.
reveal-never-title = Einige Angaben sind verborgen
reveal-never = Angaben von einem anderen Gerät oder von { $company } werden hier zum Schutz nicht angezeigt. Wo eine Seite danach fragt, bestätigen Sie, dass sie noch stimmen, oder geben Sie sie neu ein.
keep-as-given = Das stimmt noch
kept-confirmed = Das haben Sie bestätigt.
change = Ändern
truth-title = Ihre Erklärung
truth-missing = Setzen Sie das Häkchen, um zu erklären, dass Ihre Angaben wahr und vollständig sind
picture-show = Bild anzeigen
review-share = { $share } %
review-control = Kontrolliert das Unternehmen
consent-title = Ihre Zustimmung
consent-true = Meine Angaben sind wahr und vollständig.
consent-use = { $company } darf sie verwenden, um mich und die von mir genannten Personen zu bestätigen, wie das Gesetz es verlangt, und sie so lange aufbewahren, wie das Gesetz es verlangt.
consent-share = { $company } darf sie von den Unternehmen prüfen lassen, die es für die Bestätigung einsetzt.
consent-agree = Ich stimme dieser Verwendung meiner Daten zu.
consent-missing = Setzen Sie das Häkchen, um der Verwendung Ihrer Daten zuzustimmen
submit = Absenden

wrong-unconfirmed = Bestätigen Sie, dass „{ $field }“ noch stimmt, oder geben Sie es neu ein
wrong-unconfirmed-document = Bestätigen Sie, dass die Datei zu „{ $field }“ noch stimmt, oder laden Sie sie neu hoch
wrong-too_long = „{ $field }“ ist zu lang. Verwenden Sie höchstens { $most } Zeichen
wrong-nul_character = „{ $field }“ enthält ein Zeichen, das nicht gespeichert werden kann. Löschen Sie es und geben Sie es neu ein
wrong-invalid_date = { $field }: Den { $date } gibt es nicht. Prüfen Sie Tag und Monat
wrong-other = „{ $field }“ kann so nicht angenommen werden. Prüfen Sie die Angabe und geben Sie sie neu ein
fault-in_the_future = { $field }: Das Datum darf nicht in der Zukunft liegen. Prüfen Sie das Jahr
fault-too_young = Sie müssen mindestens 18 Jahre alt sein. Wenn die Angabe „{ $field }“ falsch ist, berichtigen Sie sie
fault-no_amount = { $field }: Geben Sie den Betrag in Ziffern ein, zum Beispiel 5000
fault-no_website = { $field }: Geben Sie die vollständige Adresse ein, zum Beispiel www.example.com
fault-no_share = { $field }: Geben Sie jeden Anteil in Prozent ein, zum Beispiel 33,3
fault-shares_too_many = { $field }: Die Anteile ergeben zusammen mehr als 100 %. Prüfen Sie den Anteil jeder Person
fault-asked_again = Bitte prüfen Sie diese Angabe und geben Sie sie noch einmal ein: { $field }
fault-other_document = Die Datei zu „{ $field }“ zeigt ein anderes Dokument als das angegebene. Laden Sie das angegebene Dokument hoch oder berichtigen Sie die Angaben dazu
fault-needs_password = Die PDF-Datei zu „{ $field }“ ist mit einem Passwort geschützt. Laden Sie eine Kopie ohne Passwort hoch
fault-unusable_picture = Das Bild zu „{ $field }“ ist zu klein, um lesbar zu sein. Laden Sie eines hoch, das mindestens 200 Pixel breit und hoch ist
missing = Füllen Sie „{ $field }“ aus
missing-document = Laden Sie eine Datei hoch: „{ $field }“
missing-first_name = Geben Sie Ihren Vornamen so ein, wie er auf Ihrem Ausweis steht
missing-person_first_name = Geben Sie den Vornamen dieser Person so ein, wie er auf ihrem Ausweis steht
missing-last_name = Geben Sie Ihren Nachnamen so ein, wie er auf Ihrem Ausweis steht
missing-person_last_name = Geben Sie den Nachnamen dieser Person so ein, wie er auf ihrem Ausweis steht
missing-birth_date = Geben Sie Ihr Geburtsdatum ein
missing-nationality = Wählen Sie Ihre Staatsangehörigkeit aus
missing-person_nationality = Wählen Sie die Staatsangehörigkeit dieser Person aus
missing-residential_address-country = Wählen Sie das Land aus, in dem Sie wohnen
missing-person_residential_address-country = Wählen Sie das Land aus, in dem diese Person wohnt
missing-business_address-country = Wählen Sie das Land aus, in dem das Unternehmen eingetragen ist
missing-street_line_1 = Geben Sie Straße und Hausnummer ein
missing-city = Geben Sie den Ort ein
missing-state = { $country ->
    [CH] Geben Sie den Kanton ein
    [US] Geben Sie den Bundesstaat ein
    [CA] Geben Sie die Provinz ein
   *[other] Geben Sie das Bundesland oder die Provinz ein
}
missing-postal_code = Geben Sie die Postleitzahl ein
missing-id_document-type = Wählen Sie die Art des Ausweises aus
missing-id_document-number = Geben Sie die Nummer ein, die auf dem Ausweis steht
missing-id_document-issuing_country = Wählen Sie das Land aus, das den Ausweis ausgestellt hat
missing-tax_number-type = Wählen Sie die Art der Steuernummer aus
missing-tax_number-number = Geben Sie die Steuernummer ein
missing-tax_number-issuing_country = Wählen Sie das Land aus, das die Steuernummer vergeben hat
missing-id_document_front = { $document ->
    [passport] Laden Sie die Seite Ihres Reisepasses mit dem Foto hoch
    [driver_license] Laden Sie ein Foto der Vorderseite Ihres Führerscheins hoch
    [residence_permit] Laden Sie ein Foto der Vorderseite Ihres Aufenthaltstitels hoch
    [government_id] Laden Sie ein Foto der Vorderseite Ihres Personalausweises hoch
   *[other] Laden Sie ein Foto der Vorderseite Ihres Ausweises hoch
}
missing-person_id_document_front = { $document ->
    [passport] Laden Sie die Seite mit dem Foto aus dem Reisepass dieser Person hoch
   *[other] Laden Sie ein Foto der Vorderseite des Ausweises dieser Person hoch
}
missing-id_document_back = { $document ->
    [driver_license] Laden Sie ein Foto der Rückseite Ihres Führerscheins hoch
    [residence_permit] Laden Sie ein Foto der Rückseite Ihres Aufenthaltstitels hoch
    [government_id] Laden Sie ein Foto der Rückseite Ihres Personalausweises hoch
   *[other] Laden Sie ein Foto der Rückseite Ihres Ausweises hoch
}
missing-person_id_document_back = Laden Sie ein Foto der Rückseite des Ausweises dieser Person hoch
missing-proof_of_address = Laden Sie eine Rechnung, einen Kontoauszug oder ein amtliches Schreiben mit Ihrem Namen und Ihrer Adresse hoch
missing-person_proof_of_address = Laden Sie eine Rechnung, einen Kontoauszug oder ein amtliches Schreiben mit Name und Adresse dieser Person hoch
missing-business_proof_of_address = Laden Sie eine Rechnung, einen Kontoauszug oder ein amtliches Schreiben mit Name und Adresse des Unternehmens hoch
missing-business_legal_name = Geben Sie den Firmennamen so ein, wie er im Handelsregister steht
missing-registration_number = Geben Sie die Nummer des Unternehmens im Handelsregister ein
missing-formation_date = Geben Sie das Gründungsdatum des Unternehmens ein
missing-primary_website = Geben Sie die Adresse der Website ein, zum Beispiel www.example.com
missing-business_description = Beschreiben Sie, was das Unternehmen macht
missing-business_formation = Laden Sie die Gründungsurkunde oder Satzung hoch
missing-shareholder_registry = Laden Sie die Gesellschafterliste oder das Aktienregister hoch
missing-directors_registry = Laden Sie ein Verzeichnis der Geschäftsführung hoch
missing-controller = Fügen Sie mindestens eine Person hinzu, die das Unternehmen kontrolliert, zum Beispiel die Geschäftsführerin oder den Geschäftsführer
missing-has_ownership = Geben Sie an, ob dieser Person ein Teil des Unternehmens gehört
missing-ownership_percentage = Geben Sie den Anteil dieser Person am Unternehmen in Prozent ein
missing-has_control = Geben Sie an, ob diese Person das Unternehmen kontrolliert
missing-account_purpose = Wählen Sie aus, wofür Sie das Konto nutzen
missing-account_purpose_other = Beschreiben Sie, wofür Sie das Konto nutzen
missing-expected_monthly_volume_usd = Geben Sie den Betrag in US-Dollar ein, mit dem Sie im Monat rechnen
missing-source_of_funds_description = Beschreiben Sie, woher das Geld kommt
missing-proof_of_source_of_funds = Laden Sie ein Dokument hoch, das zeigt, woher das Geld kommt
missing-most_recent_occupation = Geben Sie Ihren Beruf ein
missing-employment_status = Wählen Sie Ihre berufliche Situation aus
missing-acting_as_intermediary = Geben Sie an, ob Sie für jemand anderen handeln
missing-birth_country = Wählen Sie das Land aus, in dem Sie geboren sind
none_given = Füllen Sie mindestens eines dieser Felder aus: { $field }
none_given-legal_name = Geben Sie Ihren Namen so ein, wie er auf Ihrem Ausweis steht
none_given-person_legal_name = Geben Sie den Namen dieser Person so ein, wie er auf ihrem Ausweis steht

wrong-date_unseen = Dieses Datum gibt es nicht. Prüfen Sie „{ $field }“
wrong-date_incomplete = Geben Sie Tag, Monat und Jahr ein: { $field }
wrong-date_numbers = Geben Sie Tag, Monat und Jahr in Ziffern ein: { $field }
wrong-date_year = { $field }: Geben Sie das Jahr mit vier Ziffern ein, zum Beispiel 1990
wrong-date_month = { $field }: Der Monat muss eine Zahl von 1 bis 12 sein
wrong-date_day = { $field }: Der Tag muss eine Zahl von 1 bis 31 sein
fault-asked_again-document = Bitte laden Sie eine neue Datei hoch: { $field }
wrong-other_calendar = { $calendar ->
    [persian] „{ $field }“ sieht nach einem Datum des persischen Kalenders aus
    [thai] „{ $field }“ sieht nach einem Datum des thailändischen Kalenders aus
    [either] „{ $field }“ sieht nach einem Datum des persischen oder des islamischen Kalenders aus
   *[other] „{ $field }“ sieht nach einem Datum des islamischen Kalenders aus
}
date-meant = Meinten Sie den { $date }?
date-use = { $date } übernehmen
wrong-long_ago = { $field }: Das ist mehr als 120 Jahre her. Prüfen Sie das Jahr
wrong-blank = „{ $field }“ enthält keine sichtbaren Zeichen. Füllen Sie das Feld neu aus
wrong-no_letter = „{ $field }“ muss mindestens einen Buchstaben enthalten
wrong-unseen = Das Zeichen an Stelle { $at } in „{ $field }“ ist unsichtbar. Löschen Sie alles in diesem Feld und tippen Sie es neu
wrong-not_a_share = { $field }: Geben Sie eine Zahl von 0 bis 100 ein, zum Beispiel 33,3

field-account_purpose = Zweck des Kontos
field-account_purpose_other = Zweck des Kontos, in eigenen Worten
field-acting_as_intermediary = Handeln Sie für jemand anderen?
field-birth_country = Geburtsland
field-birth_date = Geburtsdatum
field-business_address = Geschäftsadresse
field-business_description = Tätigkeit des Unternehmens
field-business_legal_name = Firmenname laut Register
field-city = Ort
field-country = Land
field-employment_status = Berufliche Situation
field-expected_monthly_volume_usd = Erwarteter Betrag pro Monat, in US-Dollar
field-first_name = Vorname
field-formation_date = Gründungsdatum
field-has_control = Kontrolliert diese Person das Unternehmen, zum Beispiel in der Geschäftsführung?
field-has_ownership = Gehört dieser Person ein Teil des Unternehmens?
field-id_document-issuing_country = Ausstellendes Land
field-id_document-number = Nummer des Dokuments
field-id_document-type = Art des Dokuments
field-last_name = Nachname
field-middle_name = Zweiter Vorname
field-most_recent_occupation = Beruf
field-nationality = Staatsangehörigkeit
field-ownership_percentage = Anteil am Unternehmen (%)
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
field-tax_number-type = Art der Steuernummer

choice-passport = Reisepass
choice-driver_license = Führerschein
choice-residence_permit = Aufenthaltstitel
choice-government_id = Personalausweis
choice-state_or_provincial_id = Ausweis eines Bundesstaats oder einer Provinz
choice-employed = Angestellt
choice-homemaker = Im Haushalt tätig
choice-retired = Im Ruhestand
choice-self_employed = Selbstständig
choice-student = In Ausbildung oder im Studium
choice-unemployed = Ohne Beschäftigung
choice-charitable_donations = Spenden
choice-ecommerce_retail_payments = Zahlungen eines Onlineshops
choice-investment_purposes = Geldanlage
choice-other = Etwas anderes
choice-payments_to_friends_or_family_abroad = Zahlungen an Freunde oder Familie im Ausland
choice-payroll = Löhne
choice-personal_or_living_expenses = Persönliche Ausgaben oder Lebensunterhalt
choice-protect_wealth = Schutz von Ersparnissen
choice-purchase_goods_and_services = Kauf von Waren und Dienstleistungen
choice-receive_payments_for_goods_and_services = Bezahlung für Waren und Dienstleistungen
choice-third_party_money_transmission = Geld für andere überweisen
choice-treasury_management = Gelder eines Unternehmens verwalten

label-legal_name = Amtlicher Name
label-residential_address = Wo Sie wohnen
label-residential_state = Bundesstaat
label-id_document = Ihr Ausweis
label-id_document_front = { $kind ->
    [passport] Fotoseite des Reisepasses
   *[other] Bild des Ausweises, Vorderseite
}
label-id_document_back = Ausweis, Rückseite
label-business_tax_number = { $country ->
    [US] Arbeitgebernummer (EIN)
   *[other] Steuernummer
}
label-proof_of_address = Adressnachweis
label-business_formation = Gründungsurkunde oder Satzung
label-shareholder_registry = Gesellschafterliste oder Aktienregister
label-directors_registry = Verzeichnis der Geschäftsführung
label-business_proof_of_address = Nachweis der Geschäftsadresse
label-ownership = Wem das Unternehmen gehört
label-controller = Eine Person, die das Unternehmen kontrolliert
label-person_address = Wo diese Person wohnt
label-person_id_document = Ausweis dieser Person
label-person_proof_of_address = Adressnachweis dieser Person
label-proof_of_source_of_funds = Nachweis, woher das Geld kommt

because-first_name = Wie auf dem Ausweis.
because-legal_name = Wie auf dem Ausweis. Wenn es nur einen Namen gibt, füllen Sie ein Feld aus und lassen das andere leer.
because-birth_date = Damit werden Sie nicht mit jemandem gleichen Namens verwechselt.
because-nationality = Einige gesetzliche Prüfungen hängen davon ab.
because-residential_address = Die Wohnanschrift. Ein Postfach genügt nicht.
because-residential_state = In den USA gehört zu jeder Adresse ein Bundesstaat.
because-id_document = Verwenden Sie ein amtliches Dokument, das noch gültig ist.
because-id_document_front = Das ganze Dokument muss zu sehen sein, mit scharfem Foto und gut lesbarem Text.
because-id_document_back = Karten haben Angaben auf beiden Seiten, deshalb brauchen wir auch die Rückseite.
because-proof_of_address = Eine Rechnung, ein Kontoauszug oder ein amtliches Schreiben aus den letzten drei Monaten mit Name und Adresse.
because-tax_number = Das US-Recht verlangt sie von Personen, die in den USA wohnen.
because-business_legal_name = Wie im Handelsregister.
because-registration_number = Die Nummer des Unternehmens im Handelsregister.
because-formation_date = Wie im Handelsregister.
because-business_address = Die eingetragene Anschrift des Unternehmens.
because-business_tax_number = Das US-Recht verlangt sie von Unternehmen in den USA.
because-primary_website = Die Adresse muss erreichbar sein, zum Beispiel www.example.com.
because-business_formation = Das Dokument zeigt, dass das Unternehmen rechtlich besteht.
because-shareholder_registry = Das Dokument zeigt, wem das Unternehmen gehört.
because-directors_registry = Das Dokument zeigt, wer für das Unternehmen handelt.
because-ownership = Geben Sie jeden Anteil in Prozent ein. Zusammen dürfen es höchstens 100 % sein.
because-controller = Das Gesetz verlangt den Namen mindestens einer Person, die das Unternehmen leitet.
because-expected_volume = Eine Schätzung genügt. Bei höheren Beträgen sind mehr Angaben nötig.
because-source_of_funds = Das Gesetz verlangt es bei hohen Beträgen sowie bei manchen Zwecken und Ländern. Zum Beispiel: Gehalt, Ersparnisse oder der Verkauf eines Hauses.
because-proof_of_source_of_funds = Zum Beispiel eine Gehaltsabrechnung, ein Kaufvertrag oder ein Kontoauszug.
because-account_purpose_other = Sie haben „Etwas anderes“ gewählt. Beschreiben Sie es in wenigen Worten.
