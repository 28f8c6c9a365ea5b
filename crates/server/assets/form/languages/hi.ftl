the-company = कंपनी
language = भाषा
language-choose = बदलें
skip = सामग्री पर जाएँ
footer = { $company } अपने कानूनी दायित्व पूरे करने के लिए यह माँगती है। आप जो देते हैं, वह कूटबद्ध रहता है।
title-error = त्रुटि: { $title }

welcome-individual = { $company } आपसे अपनी पहचान सत्यापित करने को कहती है
welcome-corporate = { $company } आपसे अपने व्यवसाय को सत्यापित करने को कहती है
welcome-text = कानून के अनुसार { $company } को अपने ग्राहकों को जानना होता है। अगले पृष्ठों पर आप आवश्यक जानकारी देंगे।
welcome-again = { $company } ने आपकी दी हुई जानकारी देखी है और कुछ दोबारा चाहिए। अगले पृष्ठ बताते हैं कि क्या।
welcome-time = इसमें लगभग दस मिनट लगते हैं। अपने दस्तावेज़ पास रखें।
welcome-saved = लिखते-लिखते सब कुछ सहेजा जाता है। आप कभी भी रुककर बाद में यहाँ या किसी दूसरे उपकरण पर आगे बढ़ सकते हैं।
welcome-until = यह लिंक { $date } तक मान्य है।
welcome-go = शुरू करें

overview-title = आपका सत्यापन
overview-text = ये चरण हैं। इन्हें किसी भी क्रम में पूरा करें; सब कुछ सहेजा जाता है।
overview-again = { $company } को कुछ दोबारा चाहिए।
overview-go = आगे बढ़ें
overview-review = जाँचें और भेजें
comment = { $company } का कहना है
leave = यहाँ रुकें और बाद में आगे बढ़ें
left-title = आप फ़ॉर्म से बाहर आ गए हैं
left-text = सब कुछ सहेजा गया है। आगे बढ़ने के लिए वह लिंक खोलें जो आपको भेजा गया था। आप यह पृष्ठ बंद कर सकते हैं।

expired-title = इस लिंक की अवधि समाप्त हो गई है
expired-text = लिंक केवल कुछ दिनों के लिए मान्य होते हैं, ताकि खोया हुआ लिंक कुछ न खोले। आपकी दी हुई जानकारी सुरक्षित है। आगे बढ़ने के लिए { $company } से नया लिंक माँगें।
replaced-title = एक नया लिंक है
replaced-text = { $company } ने इसके बाद आपको नया लिंक भेजा है; यह अब कुछ नहीं खोलता। आपकी दी हुई जानकारी सुरक्षित है। सबसे नया लिंक खोलें या { $company } से दूसरा माँगें।
submitted-title = धन्यवाद: सब कुछ मिल गया
submitted-text = { $company } इसे देख रही है। आपको कुछ नहीं करना है; वे आपको बताएँगे।
approved-title = आपका सत्यापन हो गया है
approved-text = { $company } ने आपका सत्यापन कर लिया है। अब कुछ नहीं करना है।
rejected-title = सत्यापन नहीं हो सका
rejected-text = { $company } आपकी दी हुई जानकारी सत्यापित नहीं कर सकी। यदि आपको लगता है कि यह भूल है, तो { $company } से पूछें: वे फिर से शुरू करके आपको नया लिंक भेज सकते हैं।
offboarded-title = यहाँ कुछ नहीं करना है
offboarded-text = { $company } के साथ आपका संबंध समाप्त हो गया है। यदि आपको लगता है कि यह भूल है, तो उनसे पूछें।
go-back = { $company } पर लौटें
questions = कोई प्रश्न? { $company } को लिखें, जिसने आपको यह लिंक भेजा है।
unknown-link-title = यह लिंक कहीं नहीं ले जाता
unknown-link-text = शायद नकल करते समय यह कट गया: जिस संदेश में मिला था, वहाँ से फिर खोलें। यदि इससे काम न बने, तो भेजने वाली कंपनी से नया लिंक माँगें।
no-pass-title = अपना लिंक फिर से खोलें
no-pass-text = यह उपकरण फ़ॉर्म में नहीं है या उससे बाहर आ चुका है। जिस संदेश में लिंक मिला था, वहाँ से खोलें; आपकी दी हुई जानकारी सुरक्षित है। फ़ॉर्म को कुकी चाहिए: इस साइट के लिए अनुमति दें।
not-found-title = ऐसा कोई पृष्ठ नहीं है
not-found-text = आपसे जो माँगा गया था, वह बदल गया हो सकता है। वापस जाएँ या अपना लिंक फिर खोलें: आपकी दी हुई जानकारी सुरक्षित है।
failed-title = हमारी ओर से कुछ गड़बड़ हुई
failed-text = पहले सहेजी गई जानकारी सुरक्षित है। वापस जाएँ और थोड़ी देर में फिर कोशिश करें।
cross-site-title = यह हमारे पृष्ठ से नहीं आया
cross-site-text = आपकी सुरक्षा के लिए इसे स्वीकार नहीं किया गया। जिस संदेश में लिंक मिला था, वहाँ से खोलें और वहीं फिर कोशिश करें।
too-fast-title = यह एक साथ बहुत अधिक था
too-fast-text = ताकि कोई लिंक का दुरुपयोग न करे, एक मिनट में सीमित मात्रा ही ली जाती है। सहेजी गई जानकारी सुरक्षित है। वापस जाएँ और एक मिनट बाद फिर कोशिश करें।
too-many-title = संख्या बहुत अधिक है
too-many-text = और व्यक्ति या दस्तावेज़ नहीं जोड़े जा सकते। वापस जाएँ और पहले एक हटाएँ।

steps = चरण
steps-done = { $all } में से { $done } चरण पूरे
step-done = पूरा
step-left = { $count ->
    [one] { $count } चीज़ बाकी
   *[other] { $count } चीज़ें बाकी
}
step-details = आपके बारे में
step-business = व्यवसाय के बारे में
step-address = पता
step-identity = पहचान दस्तावेज़
step-funds = खाते का उपयोग
step-people = स्वामी और निदेशक
step-documents = दस्तावेज़
step-review = जाँचें और भेजें
continue = आगे बढ़ें
save-and-continue = सहेजें और आगे बढ़ें
optional = (वैकल्पिक)
choose = चुनें
choose-kept = पहले से दिया गया; छिपा हुआ
countries-likely = सुझाव
countries-all = सभी देश
countries-open = सभी देश दिखाएँ
countries-found = मिले देशों की संख्या: { $count }
countries-none = इस नाम या कोड का कोई देश नहीं है। कोई दूसरी वर्तनी आज़माएँ
countries-restored = यह सूची का कोई देश नहीं है। अब भी चुना हुआ है: { $country }
countries-cleared = यह सूची का कोई देश नहीं है। सूची में से कोई देश चुनें
yes = हाँ
no = नहीं
day = दिन
month = महीना
year = वर्ष
date = { $day } { $month } { $year }
date-month-first = { $day } { $month } { $year }
month-1 = जनवरी
month-2 = फ़रवरी
month-3 = मार्च
month-4 = अप्रैल
month-5 = मई
month-6 = जून
month-7 = जुलाई
month-8 = अगस्त
month-9 = सितंबर
month-10 = अक्तूबर
month-11 = नवंबर
month-12 = दिसंबर
saved = सहेजा गया।
saved-over = इसने उसकी जगह ली जो दूसरे उपकरण ने { $time } को सहेजा था।
saved-elsewhere = दूसरे उपकरण पर { $time } को सहेजा गया।
kept = पहले से दिया गया: { $mask }। सुरक्षा के लिए यहाँ छिपा है; रखने के लिए खाली छोड़ें।
replaced = सहेजा गया। इसके कुछ भाग ने दूसरे उपकरण की सहेजी जानकारी की जगह ली।
errors = { $count ->
    [one] एक समस्या है
   *[other] { $count } समस्याएँ हैं
}

people-text = उन सबको जोड़ें जिनके पास व्यवसाय का 25 % या अधिक हिस्सा है, और उन सबको जो इसका नियंत्रण करते हैं, जैसे निदेशक।
people-none = अभी तक किसी को नहीं जोड़ा गया है।
person-add = व्यक्ति जोड़ें
person-number = व्यक्ति { $number }
person-remove = इस व्यक्ति को हटाएँ
person-remove-sure = इस व्यक्ति के बारे में दी गई जानकारी मिटा दी जाएगी।
person-remove-yes = हाँ, हटाएँ

upload-hint = JPEG, PNG या PDF, अधिकतम 10 MB। सब कुछ पढ़ने योग्य हो।
upload-choose = फ़ाइल चुनें
upload-another = दूसरी फ़ाइल चुनें
upload-camera = तस्वीर लें
upload-send = अपलोड करें
upload-none = पहले फ़ाइल चुनें।
upload-again = इस पृष्ठ से पहले दूसरी फ़ाइल भेजी जा चुकी थी। फ़ाइल फिर से चुनें।
upload-unsupported_file_type = यह न JPEG है, न PNG, न PDF। दूसरी फ़ाइल चुनें या तस्वीर लें।
upload-damaged_file = यह फ़ाइल ख़राब या ख़ाली है। दूसरी चुनें।
upload-payload_too_large = यह फ़ाइल 10 MB से बड़ी है। छोटी चुनें।
file-given = एक फ़ाइल दी गई
file-remove = हटाएँ
file-remove-number = फ़ाइल { $number } हटाएँ: { $document }
js-offline = कनेक्शन नहीं है। आपका लिखा यहीं है और कनेक्शन आते ही सहेजा जाएगा।
js-retry = कनेक्शन टूट गया। फिर कोशिश हो रही है…
js-sending = अपलोड हो रहा है…

review-left = { $count ->
    [one] भेजने से पहले एक चीज़ बाकी है
   *[other] भेजने से पहले { $count } चीज़ें बाकी हैं
}
review-kept = दिया गया ({ $mask })
review-files = { $count ->
    [one] { $count } फ़ाइल
   *[other] { $count } फ़ाइलें
}
review-changed = यह पृष्ठ दिखाए जाने के बाद कुछ बदल गया है। कृपया फिर से देखें।
change = बदलें
consent-title = आपकी सहमति
consent-true = मैंने जो दिया है, वह सत्य और पूर्ण है।
consent-use = { $company } इसका उपयोग कानून के अनुसार मेरे और मेरे बताए व्यक्तियों के सत्यापन के लिए कर सकती है और कानून जितने समय तक कहे, उतने समय तक रख सकती है।
consent-share = { $company } इसकी जाँच उन कंपनियों से करा सकती है जिनसे वह सत्यापन कराती है।
consent-agree = मैं सहमत हूँ
consent-missing = सहमति के लिए बॉक्स पर निशान लगाएँ
submit = भेजें

wrong-missing = यह बाकी है
wrong-none_given = इनमें से कम से कम एक खाना भरें
wrong-too_long = इसमें { $most } से अधिक अक्षर हैं
wrong-nul_character = इसमें ऐसा अक्षर है जिसे सहेजा नहीं जा सकता
wrong-invalid_date = ऐसी कोई तारीख नहीं है
wrong-unknown_country = सूची में से देश चुनें
wrong-unknown_value = सूची में से चुनें
wrong-wrong_type = हाँ या नहीं चुनें
wrong-other_calendar = { $calendar ->
    [persian] यह फ़ारसी कैलेंडर की तारीख़ लगती है
    [thai] यह थाई कैलेंडर की तारीख़ लगती है
    [either] यह फ़ारसी या हिजरी कैलेंडर की तारीख़ लगती है
   *[other] यह हिजरी कैलेंडर की तारीख़ लगती है
}
date-meant = क्या आपका मतलब { $date } है?
date-use = { $date } का उपयोग करें
wrong-long_ago = यह तारीख़ 120 साल से ज़्यादा पुरानी है। वर्ष जाँचें
wrong-blank = इसे दिखाई देने वाले अक्षरों या अंकों में लिखें; नाम में कम से कम एक अक्षर होता है
wrong-unseen = स्थान { $at } पर का चिह्न दिखाई नहीं देता। इस फ़ील्ड में सब कुछ मिटाकर दोबारा लिखें
wrong-not_a_share = हिस्सा 0 से 100 तक की संख्या में लिखें, जैसे 33.3
wrong-other = इसे इस रूप में नहीं लिया जा सकता
fault-in_the_future = यह भविष्य में है
fault-too_young = आपकी आयु कम से कम 18 वर्ष होनी चाहिए
fault-no_amount = यह राशि नहीं है। संख्या लिखें, जैसे 5000
fault-no_website = यह किसी वेबसाइट का पता नहीं है
fault-no_share = कोई एक हिस्सा प्रतिशत नहीं है। संख्या लिखें, जैसे 33.3
fault-shares_too_many = हिस्सों का योग 100 प्रतिशत से अधिक है
fault-asked_again = कृपया इसे फिर से दें
fault-other_document = यह आपके बताए दस्तावेज़ से अलग दस्तावेज़ दिखाता है
fault-needs_password = यह PDF केवल पासवर्ड से खुलता है। बिना पासवर्ड खुलने वाली फ़ाइल दें
fault-unusable_picture = यह तस्वीर पढ़ने के लिए बहुत छोटी है। ऐसी तस्वीर दें जिसकी हर भुजा कम से कम 200 पिक्सेल हो

field-account_purpose = खाते का उद्देश्य
field-account_purpose_other = खाता किसलिए है
field-acting_as_intermediary = क्या आप किसी और के लिए काम कर रहे हैं?
field-birth_country = जन्म का देश
field-birth_date = जन्म तिथि
field-business_address = व्यवसाय का पता
field-business_description = व्यवसाय क्या करता है
field-business_legal_name = व्यवसाय का कानूनी नाम
field-city = शहर
field-country = देश
field-employment_status = रोज़गार
field-expected_monthly_volume_usd = अमेरिकी डॉलर में अपेक्षित मासिक राशि
field-first_name = पहला नाम
field-formation_date = स्थापना की तारीख
field-has_control = क्या यह व्यक्ति व्यवसाय का नियंत्रण करता है, जैसे निदेशक के रूप में?
field-has_ownership = क्या इस व्यक्ति के पास व्यवसाय का हिस्सा है?
field-id_document-issuing_country = जारी करने वाला देश
field-id_document-number = दस्तावेज़ संख्या
field-id_document-type = दस्तावेज़ का प्रकार
field-last_name = उपनाम
field-middle_name = मध्य नाम
field-most_recent_occupation = पेशा
field-nationality = राष्ट्रीयता
field-ownership_percentage = प्रतिशत में हिस्सा
field-postal_code = { $country ->
    [IN] पिन कोड
   *[other] डाक कोड
}
field-primary_website = वेबसाइट
field-registration_number = पंजीकरण संख्या
field-residential_address = घर का पता
field-source_of_funds_description = पैसा कहाँ से आता है
field-state = राज्य या प्रांत
field-street_line_1 = सड़क और मकान संख्या
field-street_line_2 = फ़्लैट, मंज़िल, इमारत
field-tax_number = { $country ->
    [US] सामाजिक सुरक्षा संख्या (SSN) या ITIN
   *[other] कर संख्या
}
field-tax_number-type = संख्या का प्रकार

choice-passport = पासपोर्ट
choice-driver_license = ड्राइविंग लाइसेंस
choice-residence_permit = निवास परमिट
choice-government_id = राष्ट्रीय पहचान पत्र
choice-state_or_provincial_id = राज्य या प्रांत का पहचान पत्र
choice-employed = नौकरी
choice-homemaker = गृहकार्य
choice-retired = सेवानिवृत्त
choice-self_employed = स्वरोज़गार
choice-student = विद्यार्थी
choice-unemployed = बेरोज़गार
choice-charitable_donations = दान
choice-ecommerce_retail_payments = ऑनलाइन दुकान के भुगतान
choice-investment_purposes = निवेश
choice-other = कुछ और
choice-payments_to_friends_or_family_abroad = विदेश में मित्रों या परिवार को भुगतान
choice-payroll = वेतन
choice-personal_or_living_expenses = निजी या घरेलू खर्च
choice-protect_wealth = बचत की सुरक्षा
choice-purchase_goods_and_services = वस्तुएँ और सेवाएँ ख़रीदना
choice-receive_payments_for_goods_and_services = वस्तुओं और सेवाओं का भुगतान पाना
choice-third_party_money_transmission = दूसरों के लिए पैसा भेजना
choice-treasury_management = कंपनी के धन का प्रबंधन

label-legal_name = कानूनी नाम
label-residential_address = आप कहाँ रहते हैं
label-residential_state = राज्य
label-id_document = आपका पहचान दस्तावेज़
label-business_tax_number = { $country ->
    [US] नियोक्ता पहचान संख्या (EIN)
   *[other] कर संख्या
}
label-id_document_front = { $kind ->
    [passport] पासपोर्ट का फ़ोटो वाला पृष्ठ
   *[other] पहचान दस्तावेज़ की तस्वीर, सामने का भाग
}
label-id_document_back = पहचान दस्तावेज़ की तस्वीर, पीछे का भाग
label-proof_of_address = पते का प्रमाण
label-business_formation = स्थापना प्रमाणपत्र या अंतर्नियम
label-shareholder_registry = शेयरधारकों का रजिस्टर
label-directors_registry = निदेशकों का रजिस्टर
label-business_proof_of_address = व्यवसाय के पते का प्रमाण
label-ownership = स्वामियों के हिस्से
label-controller = नियंत्रण रखने वाला कम से कम एक व्यक्ति
label-person_address = यह व्यक्ति कहाँ रहता है
label-person_id_document = इस व्यक्ति का पहचान दस्तावेज़
label-person_proof_of_address = इस व्यक्ति के पते का प्रमाण
label-proof_of_source_of_funds = पैसे के स्रोत का प्रमाण

because-first_name = जैसा पहचान दस्तावेज़ में है।
because-legal_name = जैसा पहचान दस्तावेज़ में है। यदि केवल एक ही नाम है, तो कोई एक खाना भरें और दूसरा खाली छोड़ दें।
because-birth_date = इससे एक ही नाम के लोग अलग पहचाने जाते हैं।
because-nationality = कुछ कानून इस पर निर्भर हैं।
because-residential_address = पोस्ट बॉक्स नहीं।
because-residential_state = संयुक्त राज्य के पतों में राज्य का नाम होता है।
because-id_document = मान्य सरकारी दस्तावेज़।
because-id_document_front = यह पहचान सिद्ध करता है।
because-id_document_back = पासपोर्ट को छोड़कर सबके पीछे भी कुछ होता है।
because-proof_of_address = पिछले तीन महीनों का बिल, बैंक विवरण या सरकारी पत्र जिसमें नाम और पता हो।
because-tax_number = संयुक्त राज्य के निवासियों की सूचना इससे दी जाती है।
because-business_legal_name = जैसा रजिस्टर में है।
because-registration_number = यह रजिस्टर में व्यवसाय को पहचानती है।
because-formation_date = इसे रजिस्टर से मिलाया जाता है।
because-business_address = जहाँ व्यवसाय पंजीकृत है।
because-business_tax_number = संयुक्त राज्य के व्यवसायों की सूचना इससे दी जाती है।
because-primary_website = दिया गया पता कहीं ले जाना चाहिए।
because-business_formation = यह सिद्ध करता है कि व्यवसाय है।
because-shareholder_registry = यह सिद्ध करता है कि व्यवसाय किसका है।
because-directors_registry = यह सिद्ध करता है कि व्यवसाय की ओर से कौन काम करता है।
because-ownership = हिस्से प्रतिशत में हैं और कुल 100 से अधिक नहीं।
because-controller = व्यवसाय की ओर से कोई ज्ञात व्यक्ति काम करता है।
because-expected_volume = जो अधिक राशि चलाते हैं, उनसे अधिक पूछा जाता है।
because-source_of_funds = यह बड़ी राशियों, कुछ उद्देश्यों और कुछ देशों में पूछा जाता है।
because-proof_of_source_of_funds = जैसे वेतन पर्ची, बिक्री अनुबंध या बैंक विवरण।
because-account_purpose_other = आपने कहा कि यह किसी और काम के लिए है।
