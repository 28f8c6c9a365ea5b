# The hosted form in English. Every language has the same keys; a test compares them.

the-company = The company
language = Language
skip = Skip to the content
footer = { $company } is required by law to ask for this information. It is stored encrypted.
title-error = Error: { $title }

welcome-individual = { $company } asks you to verify your identity
welcome-corporate = { $company } asks you to verify your business
welcome-text = { $company } is required by law to check who its customers are. On the next pages you will enter your details and upload documents.
welcome-again = { $company } has checked what you sent and needs some of it again. The next page shows what to change.
welcome-minutes = It takes about { $minutes } minutes.
welcome-saved = Your answers are saved as you go. You can stop at any time and continue later, on this or another device.
welcome-until = This link works until { $date }.
welcome-go = Start
ready-title = What you will need
ready-id_document = Your identity document, such as a passport or identity card
ready-person_id_document = An identity document for each owner and director
ready-person_proof_of_address = Proof of address for each owner and director
company-legal = { $legal } is responsible for your data.
company-privacy = Privacy notice from { $company }
company-terms = Terms from { $company }
company-support = Get help from { $company }
review-takes = { $company } usually decides within { $time }.
time-minutes = { $count ->
    [one] 1 minute
   *[other] { $count } minutes
}
time-hours = { $count ->
    [one] 1 hour
   *[other] { $count } hours
}
time-days = { $count ->
    [one] 1 day
   *[other] { $count } days
}
time-working-days = { $count ->
    [one] 1 working day
   *[other] { $count } working days
}

overview-title = Your verification
overview-text = Complete these steps in any order. Your answers are saved as you go.
overview-again = { $company } needs some of your details again.
overview-go = Continue
overview-review = Review and submit
comment = Message from { $company }
correct = This is correct as it is
correct-why = Why is it correct?
correct-hint = { $company } will read your reason. If you give one, you do not have to enter this again.
correct-kept = A reason has been given and is hidden here. To keep it, leave this empty.
leave = Save and exit
exit-saved = Everything is saved. You can close this page and continue later with the same link.
left-title = You have left the form
left-text = Your answers are saved. To continue, open the link you were sent. You can close this page.

home-name = Identity verification
home-title = Open the link from your message
home-text = The company that asked you to verify your identity sent you a personal link, by email or in another message. Open that link to start or to continue. Everything you saved before is still there.
home-resume = Continue your verification
paste-label = Or paste your link here
paste-hint = Copy the whole link from the message, even if it runs over several lines.
paste-go = Open the link
paste-wrong = This is not a complete link. Copy it again, from “https” to the very end.
support = Get help from { $company }
left-why = Other people may use this device too, so the form now opens only with the link.
left-again = Continue now

expired-title = This link has expired
expired-text = For your security, a link works for a few days only. Your answers are saved. To continue, ask { $company } for a new link.
replaced-title = There is a newer link
replaced-text = { $company } has sent you a newer link, so this one no longer works. Your answers are saved. Use the newest link, or ask { $company } for another one.
abandoned-title = This form is closed for now
abandoned-text = { $company } asked you for something again and has not heard from you for a while, so the form is closed for now. Your answers are saved. To continue, ask { $company } for a new link.
submitted-title = Thank you. Your details have been sent
submitted-text = { $company } will now check your details and documents, and will contact you with the result or if anything else is needed. You do not need to do anything, and you can close this page.
approved-title = You are verified
approved-text = { $company } has checked and accepted your details. There is nothing more to do, and you can close this page.
rejected-title = Your verification was not successful
rejected-text = { $company } could not verify the details you sent. If you think this is a mistake, contact { $company }. They can send you a new link so that you can try again.
offboarded-title = This form is closed
offboarded-text = You are no longer a customer of { $company }, so there is nothing to fill in. If you think this is a mistake, contact { $company }.
go-back = Go back to { $company }
questions = Questions? Contact { $company }, who sent you this link.
reference = Reference: { $reference }
reference-use = If you contact { $company }, please quote this reference.
unknown-link-title = This link does not work
unknown-link-text = Part of the link may be missing. Please open it again from the message you received, or copy all of it. If it still does not work, ask the company that sent it for a new link.
no-pass-title = Open your link again
no-pass-text = To protect your information, this form opens only from your link. Open the link from the message you received: your answers are saved. If you see this page again, allow cookies for this website.
not-found-title = Page not found
not-found-text = The questions in your form may have changed since you opened this page. Go back, or open your link again. Your answers are saved.
failed-title = Something went wrong
failed-text = The problem is on our side. Everything you saved is still there. Go back and try again in a moment.
cross-site-title = We could not accept this request
cross-site-text = For your security, answers can be sent only from the form itself. Open the link from the message you received, and try again.
too-fast-title = Please wait a minute
too-fast-text = You have sent too many requests in a short time. We limit them to prevent misuse. Everything you saved is still there. Go back and try again in a minute.
incomplete-title = Your answers did not arrive in full
incomplete-text = The connection may have been interrupted. Nothing from this page was saved this time. Go back and send it again.
too-long-title = Your answers are too long
too-long-text = There was too much text on this page, and nothing from it was saved this time. Go back, shorten what you entered and send it again.

steps = Steps
steps-done = { $done } of { $all } steps complete
step-of = Step { $number } of { $all }
back = Back
step-done = Done
step-left = { $count ->
    [one] 1 item left
   *[other] { $count } items left
}
step-details = About you
step-business = About the business
step-address = Address
step-identity = Identity document
step-funds = How you will use the account
step-people = People who own or run the business
step-documents = Documents
step-review = Review and submit
step-ready = Ready to submit
continue = Continue
save-and-continue = Save and continue
save-and-exit = Save and exit
optional = (optional)
choose = Choose
choose-kept = Already provided (hidden)
countries-likely = Suggested
countries-all = All countries
countries-open = Show all countries
countries-found = Countries found: { $count }
countries-none = No country has this name or code. Try another spelling
countries-restored = This is not in the list. { $country } is still selected
countries-cleared = This is not in the list. Choose a country from the list
yes = Yes
no = No
day = Day
month = Month
year = Year
date = { $day } { $month } { $year }
date-month-first = { $month } { $day }, { $year }
month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December
saved = Saved.
saved-over = This replaces the answer that another device saved on { $time }.
saved-elsewhere = Saved from another device on { $time }.
kept = Already provided: { $mask }. It is hidden to protect your privacy. To keep it, leave this field empty.
replaced = Saved. Some of your answers replace answers saved on another device.
errors = { $count ->
    [one] There is a problem
   *[other] There are { $count } problems
}

people-text = Add each person who owns 25% or more of the business, and each person who manages or controls it, such as a director.
people-none = You have not added anyone yet.
people-full = You cannot add any more people. Remove one first.
people-complete = { $name } is complete. Add another person, or continue.
people-shares = { $named }% of 100% accounted for
people-owns = Owns { $share }%
people-owner = Owner
people-controls = Controls the business
needed = We also need:
needed-owner = Because { $name } owns 25% or more, we also need:
needed-controller = Because { $name } controls the business, we also need:
needed-both = Because { $name } owns 25% or more and controls the business, we also need:
person-add = Add a person
person-number = Person { $number }
person-remove = Remove this person
person-remove-sure = Everything entered about this person will be deleted.
person-remove-yes = Yes, remove

upload-hint = Upload a photo or scan (JPEG or PNG) or a PDF, up to 10 MB.
example-whole = The whole document, with all four corners
example-page = The whole photo page, with the lines at the bottom
example-sharp = Not blurred, not too dark
example-glare = No glare, and nothing covering it
example-letter = Name, address and date are easy to read
upload-choose = Choose a file
upload-another = Choose another file
upload-camera = Take a photo
upload-send = Upload
upload-none = Choose a file first.
upload-again = You already sent a different file from this page. Please choose your file again.
upload-refused = “{ $field }”: { $why }
upload-full = You cannot add any more documents. Remove one first.
upload-unsupported_file_type = This file is not a JPEG, PNG or PDF. Choose a different file, or take a photo.
upload-damaged_file = This file is empty or damaged, so it cannot be opened. Choose a different file.
upload-infected_file = Our virus scanner refused this file. Choose a different file, or take a photo.
upload-not_scanned = This file could not be checked for viruses just now. Try again in a few minutes.
upload-payload_too_large = This file is larger than 10 MB. Choose a smaller one, or take a photo.
upload-heic = This is a HEIC picture, and your browser cannot convert it. Take a photo here, or choose a JPEG, PNG or PDF.
upload-pixels = This picture has too many pixels. Choose a smaller one, or take a photo here.
upload-preparing = Preparing the picture…
upload-progress = Uploading: { $percent }%
upload-done = Uploaded: { $name }
upload-broken = The file could not be uploaded, because the connection was lost three times.
upload-try-again = Try again
upload-other = Choose a different file
upload-cancel = Cancel
upload-cancelled = The upload was cancelled.
upload-waiting = A file is still being uploaded. You will continue as soon as it is done.
file-given = File uploaded
file-refused = Not accepted: { $why }
file-asked-again = Not accepted: a new file is needed
file-remove = Remove
file-remove-number = Remove file { $number }: { $document }
js-offline = No connection. What you have typed is still here, and will be saved when you are online again.
js-retry = The connection was lost. Trying again…
js-sending = Uploading…

review-left = { $count ->
    [one] One item left to complete before you can submit
   *[other] { $count } items left to complete before you can submit
}
review-kept = Provided ({ $mask })
review-changed = Something has changed since you opened this page. Please check your answers again.
reveal-title = See earlier answers
reveal-individual = Some answers were given on another device or by { $company }, and are hidden. To see them, enter your date of birth.
reveal-corporate = Some answers were given on another device or by { $company }, and are hidden. To see them, enter the date the business was formed.
reveal-show = Show answers
reveal-wrong = { $count ->
    [one] This does not match the date we have. You can try once more.
   *[other] This does not match the date we have. You can try { $count } more times.
}
reveal-closed = The date was wrong too many times. With this link, earlier answers stay hidden. Nothing has been lost.
reveal-never-title = Some answers are hidden
reveal-never = To protect your privacy, answers that were given on another device or by { $company } are not shown here. Where a page asks about one, confirm that it is still correct, or enter it again.
keep-as-given = This is still correct
kept-confirmed = You have confirmed this.
change = Change
truth-title = Your declaration
truth-missing = Tick the box to declare that your answers are true and complete
picture-show = Show the picture
review-share = { $share }%
review-control = Controls the business
consent-title = Your consent
consent-true = My answers and documents are true and complete.
consent-use = { $company } may use my data to verify me and the people I have named, as the law requires, and keep it for as long as the law requires.
consent-share = { $company } may have my data checked by the companies it uses for verification.
consent-agree = I agree to my data being used in this way.
consent-missing = Tick the box to agree to the use of your data
submit = Submit

wrong-unconfirmed = Confirm that “{ $field }” is still correct, or enter it again
wrong-unconfirmed-document = Confirm that the file for “{ $field }” is still correct, or upload it again
wrong-too_long = “{ $field }” is too long. Use no more than { $most } characters
wrong-nul_character = “{ $field }” contains a character that cannot be saved. Delete it and type it again
wrong-invalid_date = { $field }: { $date } does not exist. Check the day and month
wrong-other = “{ $field }” cannot be accepted. Check it and enter it again
fault-in_the_future = { $field } cannot be in the future. Check the year
fault-too_young = You must be at least 18 years old. If “{ $field }” is wrong, correct it
fault-no_amount = Enter “{ $field }” in numbers, for example 5000
fault-no_website = Enter the full address for “{ $field }”, for example www.example.com
fault-no_share = { $field }: enter each share as a percentage, for example 33.3
fault-shares_too_many = { $field }: the shares add up to more than 100%. Check the share of each person
fault-asked_again = Please check this and enter it again: { $field }
fault-other_document = The file for “{ $field }” shows a different document from the one you entered. Upload the document you entered, or correct its details
fault-needs_password = The PDF for “{ $field }” is protected by a password. Upload a copy that opens without one
fault-unusable_picture = The picture for “{ $field }” is too small to read. Upload one that is at least 200 pixels wide and high
missing = Fill in “{ $field }”
missing-document = Upload a file for “{ $field }”
missing-first_name = Enter your first name as it is on your identity document
missing-person_first_name = Enter this person’s first name as it is on their identity document
missing-last_name = Enter your last name as it is on your identity document
missing-person_last_name = Enter this person’s last name as it is on their identity document
missing-birth_date = Enter your date of birth
missing-nationality = Choose your nationality
missing-person_nationality = Choose this person’s nationality
missing-residential_address-country = Choose the country you live in
missing-person_residential_address-country = Choose the country this person lives in
missing-business_address-country = Choose the country the business is registered in
missing-street_line_1 = Enter the street and house number
missing-city = Enter the town or city
missing-state = { $country ->
    [US] Enter the state
    [CA] Enter the province
    [GB] Enter the county
   *[other] Enter the state or province
}
missing-postal_code = { $country ->
    [US] Enter the ZIP code
    [GB] Enter the postcode
    [IN] Enter the PIN code
   *[other] Enter the postal code
}
missing-id_document-type = Choose the type of identity document
missing-id_document-number = Enter the document number as it is on the identity document
missing-id_document-issuing_country = Choose the country that issued the document
missing-tax_number-type = Choose the type of tax number
missing-tax_number-number = Enter the tax number
missing-tax_number-issuing_country = Choose the country that issued the tax number
missing-id_document_front = { $document ->
    [passport] Upload the photo page of your passport
    [driver_license] Upload a photo of the front of your driving licence
    [residence_permit] Upload a photo of the front of your residence permit
    [government_id] Upload a photo of the front of your identity card
   *[other] Upload a photo of the front of your identity document
}
missing-person_id_document_front = { $document ->
    [passport] Upload the photo page of this person’s passport
   *[other] Upload a photo of the front of this person’s identity document
}
missing-id_document_back = { $document ->
    [driver_license] Upload a photo of the back of your driving licence
    [residence_permit] Upload a photo of the back of your residence permit
    [government_id] Upload a photo of the back of your identity card
   *[other] Upload a photo of the back of your identity document
}
missing-person_id_document_back = Upload a photo of the back of this person’s identity document
missing-proof_of_address = Upload a bill, bank statement or official letter that shows your name and address
missing-person_proof_of_address = Upload a bill, bank statement or official letter that shows this person’s name and address
missing-business_proof_of_address = Upload a bill, bank statement or official letter that shows the name and address of the business
missing-business_legal_name = Enter the legal name of the business as it is in the company register
missing-registration_number = Enter the registration number of the business
missing-formation_date = Enter the date the business was formed
missing-primary_website = Enter the address of the website, for example www.example.com
missing-business_description = Describe what the business does
missing-business_formation = Upload the certificate or articles of incorporation
missing-shareholder_registry = Upload the register of shareholders
missing-directors_registry = Upload the register of directors
missing-controller = Add at least one person who controls the business, such as a director
missing-has_ownership = Say whether this person owns a share of the business
missing-ownership_percentage = Enter this person’s share of the business as a percentage
missing-has_control = Say whether this person controls the business
missing-account_purpose = Choose what you will use the account for
missing-account_purpose_other = Describe what you will use the account for
missing-expected_monthly_volume_usd = Enter the amount you expect each month in US dollars
missing-source_of_funds_description = Describe where the money comes from
missing-proof_of_source_of_funds = Upload a document that shows where the money comes from
missing-most_recent_occupation = Enter your occupation
missing-employment_status = Choose your employment status
missing-acting_as_intermediary = Say whether you are acting for someone else
missing-birth_country = Choose the country you were born in
none_given = Fill in at least one of these fields: { $field }
none_given-legal_name = Enter your name as it is on your identity document
none_given-person_legal_name = Enter this person’s name as it is on their identity document

wrong-date_unseen = This date does not exist. Check “{ $field }”
wrong-date_incomplete = Enter the day, month and year: { $field }
wrong-date_numbers = Enter the day, month and year in numbers: { $field }
wrong-date_year = Enter the year of “{ $field }” with four digits, for example 1990
wrong-date_month = The month of “{ $field }” must be a number from 1 to 12
wrong-date_day = The day of “{ $field }” must be a number from 1 to 31
fault-asked_again-document = Please upload a new file: { $field }
wrong-other_calendar = { $calendar ->
    [persian] “{ $field }” looks like a date in the Persian calendar
    [thai] “{ $field }” looks like a date in the Thai calendar
    [either] “{ $field }” looks like a date in the Persian or the Hijri calendar
   *[other] “{ $field }” looks like a date in the Hijri calendar
}
date-meant = Did you mean { $date }?
date-use = Use { $date }
wrong-long_ago = “{ $field }” is more than 120 years ago. Check the year
wrong-blank = “{ $field }” contains nothing visible. Enter it again
wrong-no_letter = “{ $field }” needs at least one letter
wrong-unseen = The character at position { $at } of “{ $field }” is invisible. Delete everything in this field and type it again
wrong-not_a_share = Enter “{ $field }” as a number from 0 to 100, for example 33.3

field-account_purpose = Purpose of the account
field-account_purpose_other = Purpose of the account, in your own words
field-acting_as_intermediary = Are you acting for someone else?
field-birth_country = Country of birth
field-birth_date = Date of birth
field-business_address = Business address
field-business_description = What the business does
field-business_legal_name = Legal name of the business
field-city = { $country ->
    [GB] Town or city
   *[other] City
}
field-country = Country
field-employment_status = Employment status
field-expected_monthly_volume_usd = Amount you expect each month, in US dollars
field-first_name = First name
field-formation_date = Date of formation
field-has_control = Does this person control the business, for example as a director?
field-has_ownership = Does this person own a share of the business?
field-id_document-issuing_country = Country of issue
field-id_document-number = Document number
field-id_document-type = Type of document
field-last_name = Last name
field-middle_name = Middle name
field-most_recent_occupation = Occupation
field-nationality = Nationality
field-ownership_percentage = Share of the business (%)
field-postal_code = { $country ->
    [US] ZIP code
    [GB] Postcode
    [IN] PIN code
   *[other] Postal code
}
field-primary_website = Website
field-registration_number = Registration number
field-residential_address = Home address
field-source_of_funds_description = Where the money comes from
field-state = { $country ->
    [US] State
    [CA] Province
    [GB] County
   *[other] State or province
}
field-street_line_1 = Street and number
field-street_line_2 = Apartment, floor, building
field-tax_number = { $country ->
    [US] Social Security number or ITIN
   *[other] Tax number
}
field-tax_number-type = Type of tax number

choice-passport = Passport
choice-driver_license = Driving licence
choice-residence_permit = Residence permit
choice-government_id = National identity card
choice-state_or_provincial_id = State or provincial identity card
choice-employed = Employed
choice-homemaker = Homemaker
choice-retired = Retired
choice-self_employed = Self-employed
choice-student = Student
choice-unemployed = Unemployed
choice-charitable_donations = Donations to charity
choice-ecommerce_retail_payments = Payments for an online shop
choice-investment_purposes = Investment
choice-other = Something else
choice-payments_to_friends_or_family_abroad = Payments to friends or family abroad
choice-payroll = Wages
choice-personal_or_living_expenses = Personal or living expenses
choice-protect_wealth = Protecting savings
choice-purchase_goods_and_services = Buying goods and services
choice-receive_payments_for_goods_and_services = Being paid for goods and services
choice-third_party_money_transmission = Sending money on behalf of others
choice-treasury_management = Managing a company’s money

label-legal_name = Legal name
label-residential_address = Where you live
label-residential_state = State
label-id_document = Your identity document
label-id_document_front = { $kind ->
    [passport] Photo page of the passport
   *[other] Identity document, front
}
label-id_document_back = Identity document, back
label-business_tax_number = { $country ->
    [US] Employer Identification Number (EIN)
   *[other] Tax number
}
label-proof_of_address = Proof of address
label-business_formation = Certificate or articles of incorporation
label-shareholder_registry = Register of shareholders
label-directors_registry = Register of directors
label-business_proof_of_address = Proof of the business address
label-ownership = How the business is owned
label-controller = Someone who controls the business
label-person_address = Where this person lives
label-person_id_document = This person’s identity document
label-person_proof_of_address = This person’s proof of address
label-proof_of_source_of_funds = Proof of where the money comes from

because-first_name = As shown on the identity document.
because-legal_name = As shown on the identity document. If there is only one name, fill in one field and leave the other empty.
because-birth_date = So that you are not mistaken for someone with the same name.
because-nationality = Some legal checks depend on it.
because-residential_address = The home address. A PO box is not accepted.
because-residential_state = Every address in the United States needs a state.
because-id_document = Use an official document that has not expired.
because-id_document_front = Show the whole document, with the photo and all the text in focus.
because-id_document_back = Cards have information on both sides, so we need the back as well.
because-proof_of_address = A bill, bank statement or official letter from the last three months that shows the name and address.
because-tax_number = US law requires it for people who live in the United States.
because-business_legal_name = As shown in the company register.
because-registration_number = As shown in the company register.
because-formation_date = As shown in the company register.
because-business_address = The registered address of the business.
because-business_tax_number = US law requires it for businesses in the United States.
because-primary_website = The address must work, for example www.example.com.
because-business_formation = It shows that the business is legally registered.
because-shareholder_registry = It shows who owns the business.
because-directors_registry = It shows who can act for the business.
because-ownership = Enter each share as a percentage. Together they cannot be more than 100%.
because-controller = The law requires the name of at least one person who manages or directs the business.
because-expected_volume = An estimate is enough. For larger amounts, we need more information.
because-source_of_funds = The law requires this for large amounts, and for some purposes and countries. For example: salary, savings or the sale of a house.
because-proof_of_source_of_funds = For example a payslip, a contract of sale or a bank statement.
because-account_purpose_other = You chose “Something else”. Describe it in a few words.
