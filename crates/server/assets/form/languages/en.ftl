# The hosted form in English. Every language has the same keys; a test compares them.

the-company = The company
language = Language
language-choose = Change
skip = Skip to the content
footer = { $company } asks for this to meet its legal duties. What you give is encrypted.
title-error = Error: { $title }

welcome-individual = { $company } asks you to verify your identity
welcome-corporate = { $company } asks you to verify your business
welcome-text = { $company } is required by law to know who its customers are. On the next pages you give what is needed.
welcome-again = { $company } has looked at what you gave and needs something again. The next pages say what.
welcome-time = It takes about ten minutes. Have your documents at hand.
welcome-saved = Everything is saved as you type. You can stop at any time and go on later, here or on another device.
welcome-until = This link is good until { $date }.
welcome-go = Begin

overview-title = Your verification
overview-text = These are the steps. Take them in any order; everything is saved as you go.
overview-again = { $company } needs something again.
overview-go = Continue
overview-review = Review and submit
comment = What { $company } says
leave = Stop here and go on later
left-title = You have left the form
left-text = Everything is saved. To go on, open the link that you were sent. You can close this page.

expired-title = This link has expired
expired-text = Links are good for a few days only, so that a lost one opens nothing. What you gave is kept. To go on, ask { $company } for a new link.
replaced-title = There is a newer link
replaced-text = { $company } has sent you a newer link since; this one opens nothing any more. What you gave is kept. Use the newest link, or ask { $company } for another.
submitted-title = Thank you: everything is there
submitted-text = { $company } is looking at it. There is nothing for you to do; you will hear from them.
approved-title = You are verified
approved-text = { $company } has verified you. There is nothing more to do.
rejected-title = This could not be verified
rejected-text = { $company } could not verify what you gave. If you think that this is a mistake, ask { $company }: they can begin again and send you a new link.
offboarded-title = There is nothing to do here
offboarded-text = Your relationship with { $company } has ended. If you think that this is a mistake, ask them.
go-back = Go back to { $company }
questions = Questions? Write to { $company }, who sent you this link.
unknown-link-title = This link leads nowhere
unknown-link-text = Perhaps it was cut off when it was copied: open it again from the message in which you got it. If that does not help, ask the company that sent it for a new link.
no-pass-title = Open your link again
no-pass-text = This device has not entered the form, or has left it. Open the link from the message in which you got it; what you gave is kept. The form needs cookies: allow them for this site.
not-found-title = There is no such page
not-found-text = What you were asked for may have changed. Go back, or open your link again: what you gave is kept.
failed-title = Something went wrong on our side
failed-text = What was saved before is kept. Go back and try again in a moment.
cross-site-title = This did not come from our page
cross-site-text = For your safety it was not taken. Open the link from the message in which you got it, and try again there.
too-fast-title = That was a lot at once
too-fast-text = So that nobody can misuse a link, only so much is taken in a minute. What was saved is kept. Go back and try again in a minute.
too-many-title = There are too many
too-many-text = No more persons or documents can be added. Go back and take one away first.

steps = Steps
steps-done = { $done } of { $all } steps done
step-done = Done
step-left = { $count ->
    [one] 1 thing left
   *[other] { $count } things left
}
step-details = About you
step-business = About the business
step-address = Address
step-identity = Identity document
step-funds = Use of the account
step-people = Owners and directors
step-documents = Documents
step-review = Review and submit
continue = Continue
save-and-continue = Save and continue
optional = (optional)
choose = Choose
choose-kept = Already given; hidden
countries-likely = Suggested
countries-all = All countries
countries-open = Show all countries
countries-found = Countries found: { $count }
countries-none = No country has this name or code. Try another spelling
countries-restored = This is no country of the list. { $country } is still chosen
countries-cleared = This is no country of the list. Choose one of the list
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
saved-over = It takes the place of what another device saved on { $time }.
saved-elsewhere = Saved on another device on { $time }.
kept = Already given: { $mask }. It is hidden here to protect it; leave this empty to keep it.
replaced = Saved. Some of it takes the place of what another device had saved.
errors = { $count ->
    [one] There is a problem
   *[other] There are { $count } problems
}

people-text = Add everybody who owns 25 % or more of the business, and everybody who controls it, such as directors.
people-none = Nobody has been added yet.
person-add = Add a person
person-number = Person { $number }
person-remove = Remove this person
person-remove-sure = What was given about this person will be deleted.
person-remove-yes = Yes, remove

upload-hint = JPEG, PNG or PDF, at most 10 MB. Everything must be readable.
upload-choose = Choose a file
upload-another = Choose another file
upload-camera = Take a picture
upload-send = Upload
upload-none = Choose a file first.
upload-again = This page had sent another file before. Choose the file again.
upload-unsupported_file_type = This is neither a JPEG, a PNG nor a PDF. Choose another file, or take a picture.
upload-damaged_file = This file is damaged or empty. Choose another one.
upload-payload_too_large = This file is larger than 10 MB. Choose a smaller one.
file-given = A file was given
file-remove = Remove
file-remove-number = Remove file { $number }: { $document }
js-offline = No connection. What you typed is still here, and is saved as soon as the connection is back.
js-retry = The connection broke. Trying again…
js-sending = Uploading…

review-left = { $count ->
    [one] One thing is left before you can submit
   *[other] { $count } things are left before you can submit
}
review-kept = Given ({ $mask })
review-files = { $count ->
    [one] 1 file
   *[other] { $count } files
}
review-changed = Something has changed since this page was shown. Please look at it again.
change = Change
consent-title = Your consent
consent-true = What I have given is true and complete.
consent-use = { $company } may use it to verify me, and the persons whom I have named, as the law requires, and keep it for as long as the law requires.
consent-share = { $company } may have it checked by the companies that it uses for verification.
consent-agree = I agree
consent-missing = Tick the box to agree
submit = Submit

wrong-missing = This is missing
wrong-none_given = Fill in at least one of these fields
wrong-too_long = This has more than { $most } characters
wrong-nul_character = This holds a character that cannot be stored
wrong-invalid_date = This is no date of the calendar
wrong-unknown_country = Choose a country of the list
wrong-unknown_value = Choose one of the list
wrong-wrong_type = Choose yes or no
wrong-other_calendar = { $calendar ->
    [persian] This looks like a date of the Persian calendar
    [thai] This looks like a date of the Thai calendar
    [either] This looks like a date of the Persian or the Hijri calendar
   *[other] This looks like a date of the Hijri calendar
}
date-meant = Did you mean { $date }?
date-use = Use { $date }
wrong-long_ago = This is more than 120 years ago. Check the year
wrong-blank = Write this with letters or digits that can be seen; a name needs at least one letter
wrong-unseen = The character at position { $at } cannot be seen. Delete everything in this field and type it again
wrong-not_a_share = Write the share as a number from 0 to 100, such as 33.3
wrong-other = This cannot be taken as it is
fault-in_the_future = This is in the future
fault-too_young = You must be at least 18 years old
fault-no_amount = This is no amount. Write a number, such as 5000
fault-no_website = This is no address of a website
fault-no_share = One of the shares is no percentage. Write a number, such as 33.3
fault-shares_too_many = The shares make more than 100 percent
fault-asked_again = Please give this again
fault-other_document = This shows another document than the one that you named
fault-needs_password = This PDF opens only with a password. Give one that opens without
fault-unusable_picture = This picture is too small to be read. Give one with at least 200 pixels on each side

field-account_purpose = Purpose of the account
field-account_purpose_other = What the account is for
field-acting_as_intermediary = Do you act for somebody else?
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
field-employment_status = Employment
field-expected_monthly_volume_usd = Expected monthly volume in US dollars
field-first_name = First name
field-formation_date = Date of formation
field-has_control = Does this person control the business, for example as a director?
field-has_ownership = Does this person own a share of the business?
field-id_document-issuing_country = Country that issued it
field-id_document-number = Document number
field-id_document-type = Kind of document
field-last_name = Last name
field-middle_name = Middle name
field-most_recent_occupation = Occupation
field-nationality = Nationality
field-ownership_percentage = Share in percent
field-postal_code = { $country ->
    [US] ZIP code
    [GB] Postcode
    [IN] PIN code
   *[other] Postal code
}
field-primary_website = Website
field-registration_number = Registration number
field-residential_address = Residential address
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
field-tax_number-type = Kind of number

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
choice-ecommerce_retail_payments = Payments of an online shop
choice-investment_purposes = Investment
choice-other = Something else
choice-payments_to_friends_or_family_abroad = Payments to friends or family abroad
choice-payroll = Wages
choice-personal_or_living_expenses = Personal or living expenses
choice-protect_wealth = Protecting savings
choice-purchase_goods_and_services = Buying goods and services
choice-receive_payments_for_goods_and_services = Being paid for goods and services
choice-third_party_money_transmission = Sending money for others
choice-treasury_management = Managing a company's money

label-legal_name = Legal name
label-residential_address = Where you live
label-residential_state = State
label-id_document = Your identity document
label-business_tax_number = { $country ->
    [US] Employer Identification Number (EIN)
   *[other] Tax number
}
label-id_document_front = { $kind ->
    [passport] Photo page of the passport
   *[other] Picture of the identity document, front
}
label-id_document_back = Picture of the identity document, back
label-proof_of_address = Proof of address
label-business_formation = Certificate or articles of incorporation
label-shareholder_registry = Register of shareholders
label-directors_registry = Register of directors
label-business_proof_of_address = Proof of the business address
label-ownership = Shares of the owners
label-controller = At least one person with control
label-person_address = Where this person lives
label-person_id_document = Identity document of this person
label-person_proof_of_address = Proof of address of this person
label-proof_of_source_of_funds = Proof of where the money comes from

because-first_name = As in the identity document.
because-legal_name = As in the identity document. For a single name, fill in either field and leave the other empty.
because-birth_date = People of the same name are told apart by it.
because-nationality = Some laws depend on it.
because-residential_address = Not a post office box.
because-residential_state = Addresses in the United States name a state.
because-id_document = An official document that is still valid.
because-id_document_front = It proves the identity.
because-id_document_back = All but passports have something on the back.
because-proof_of_address = A bill, bank statement or official letter of the last three months that shows name and address.
because-tax_number = Residents of the United States are reported with it.
because-business_legal_name = As in the register.
because-registration_number = It names the business in its register.
because-formation_date = It is compared with the register.
because-business_address = Where the business is registered.
because-business_tax_number = Businesses of the United States are reported with it.
because-primary_website = What is given must lead somewhere.
because-business_formation = It proves that the business exists.
because-shareholder_registry = It proves who owns the business.
because-directors_registry = It proves who acts for the business.
because-ownership = Shares are percentages, and no more than 100 in all.
because-controller = Somebody acts for the business, and is known.
because-expected_volume = More is asked of those who move more.
because-source_of_funds = This is asked of large volumes, some purposes and some countries.
because-proof_of_source_of_funds = For example a payslip, a contract of sale or a bank statement.
because-account_purpose_other = You said that it is for something else.
