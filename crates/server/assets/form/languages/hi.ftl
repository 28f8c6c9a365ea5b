the-company = कंपनी
language = भाषा
skip = सामग्री पर जाएँ
footer = कानून के अनुसार { $company } को यह जानकारी माँगनी होती है। इसे एन्क्रिप्ट करके रखा जाता है।
title-error = त्रुटि: { $title }

welcome-individual = { $company } आपसे आपकी पहचान का सत्यापन चाहती है
welcome-corporate = { $company } आपसे आपके व्यवसाय का सत्यापन चाहती है
welcome-text = कानून के अनुसार { $company } को अपने ग्राहकों की पहचान जाँचनी होती है। अगले पृष्ठों पर अपना विवरण भरें और ज़रूरी दस्तावेज़ अपलोड करें।
welcome-again = { $company } ने आपकी भेजी जानकारी जाँची है और उसमें कुछ बदलाव चाहिए। अगले पृष्ठ पर देखें कि क्या बदलना है।
welcome-minutes = इसमें लगभग { $minutes } मिनट लगते हैं।
welcome-saved = आपके जवाब साथ-साथ सहेजे जाते हैं। आप कभी भी रुक सकते हैं और बाद में इसी या किसी दूसरे डिवाइस पर जारी रख सकते हैं।
welcome-until = यह लिंक { $date } तक काम करेगा।
welcome-go = शुरू करें
ready-title = ये पास रखें
ready-id_document = आपका पहचान दस्तावेज़, जैसे पासपोर्ट या पहचान पत्र
ready-person_id_document = हर मालिक और निदेशक का पहचान दस्तावेज़
ready-person_proof_of_address = हर मालिक और निदेशक के पते का प्रमाण
company-legal = आपके डेटा के लिए { $legal } ज़िम्मेदार है।
company-privacy = { $company } की गोपनीयता सूचना
company-terms = { $company } की शर्तें
company-support = { $company } से सहायता लें
review-takes = { $company } को निर्णय लेने में आम तौर पर { $time } लगते हैं।
time-minutes = { $count ->
    [one] { $count } मिनट
   *[other] { $count } मिनट
}
time-hours = { $count ->
    [one] { $count } घंटा
   *[other] { $count } घंटे
}
time-days = { $count ->
    [one] { $count } दिन
   *[other] { $count } दिन
}
time-working-days = { $count ->
    [one] { $count } कार्यदिवस
   *[other] { $count } कार्यदिवस
}

overview-title = आपका सत्यापन
overview-text = ये चरण किसी भी क्रम में पूरे करें। आपके जवाब साथ-साथ सहेजे जाते हैं।
overview-again = { $company } को आपकी कुछ जानकारी दोबारा चाहिए।
overview-go = आगे बढ़ें
overview-review = जाँचें और भेजें
comment = { $company } का संदेश
correct = यह जैसा है वैसा ही सही है
correct-why = यह सही क्यों है?
correct-hint = { $company } आपका कारण पढ़ेगी। कारण देने पर इसे फिर से देने की ज़रूरत नहीं।
correct-kept = आपने एक कारण दिया है, जो यहाँ छिपा है। उसे रखने के लिए इसे खाली छोड़ें।
leave = सहेजें और बाहर निकलें
exit-saved = सब कुछ सहेजा गया है। आप यह पृष्ठ बंद कर सकते हैं और बाद में उसी लिंक से आगे बढ़ सकते हैं।
left-title = आप फ़ॉर्म से बाहर आ गए हैं
left-text = आपके जवाब सहेज लिए गए हैं। जारी रखने के लिए वह लिंक खोलें जो आपको भेजा गया था। आप यह पृष्ठ बंद कर सकते हैं।

home-name = पहचान सत्यापन
home-title = अपने संदेश में मिला लिंक खोलें
home-text = जो आपसे सत्यापन माँगता है, वह आपको ईमेल या किसी और संदेश में आपका अपना लिंक भेजता है। शुरू करने या आगे बढ़ने के लिए वही लिंक खोलें। आपने पहले जो दिया था, वह सुरक्षित है।
home-resume = अपना सत्यापन जारी रखें
paste-label = या अपना लिंक यहाँ चिपकाएँ
paste-hint = संदेश से पूरा लिंक कॉपी करें, चाहे वह कई पंक्तियों में हो।
paste-go = लिंक खोलें
paste-wrong = यह पूरा लिंक नहीं है। “https” से आख़िरी अक्षर तक फिर से कॉपी करें।
support = { $company } से सहायता लें
left-why = यह डिवाइस अब फ़ॉर्म नहीं खोलता, ताकि इसे इस्तेमाल करने वाले दूसरे लोग उसे न देख सकें।
left-again = अभी जारी रखें

expired-title = इस लिंक की अवधि समाप्त हो गई है
expired-text = आपकी सुरक्षा के लिए लिंक केवल कुछ दिन काम करता है। आपके जवाब सहेजे हुए हैं। जारी रखने के लिए { $company } से नया लिंक माँगें।
replaced-title = आपके लिए एक नया लिंक है
replaced-text = { $company } ने आपको नया लिंक भेजा है, इसलिए यह लिंक अब काम नहीं करता। आपके जवाब सहेजे हुए हैं। सबसे नया लिंक खोलें या { $company } से दूसरा लिंक माँगें।
abandoned-title = यह फ़ॉर्म फ़िलहाल बंद है
abandoned-text = { $company } ने आपसे कुछ जानकारी दोबारा माँगी थी और काफ़ी समय से आपका जवाब नहीं आया, इसलिए यह फ़ॉर्म फ़िलहाल बंद है। आपके जवाब सहेजे हुए हैं। जारी रखने के लिए { $company } से नया लिंक माँगें।
submitted-title = धन्यवाद, आपकी जानकारी भेज दी गई है
submitted-text = { $company } अब आपकी जानकारी और दस्तावेज़ जाँचेगी और नतीजा बताने के लिए, या कुछ और चाहिए होने पर, आपसे संपर्क करेगी। आपको कुछ नहीं करना है। आप यह पृष्ठ बंद कर सकते हैं।
approved-title = आपका सत्यापन हो गया है
approved-text = { $company } ने आपकी जानकारी जाँचकर स्वीकार कर ली है। आपको और कुछ नहीं करना है। आप यह पृष्ठ बंद कर सकते हैं।
rejected-title = आपका सत्यापन नहीं हो सका
rejected-text = { $company } आपकी भेजी जानकारी का सत्यापन नहीं कर सकी। अगर आपको लगता है कि यह गलती है, तो { $company } से संपर्क करें। वे आपको नया लिंक भेज सकते हैं, ताकि आप फिर से कोशिश कर सकें।
offboarded-title = यह फ़ॉर्म बंद हो चुका है
offboarded-text = आप अब { $company } के ग्राहक नहीं हैं, इसलिए कुछ भरने की ज़रूरत नहीं है। अगर आपको लगता है कि यह गलती है, तो { $company } से संपर्क करें।
go-back = { $company } पर लौटें
questions = कोई सवाल है? { $company } से संपर्क करें, जिसने आपको यह लिंक भेजा है।
reference = संदर्भ संख्या: { $reference }
reference-use = { $company } से संपर्क करते समय कृपया यह संदर्भ संख्या बताएँ।
unknown-link-title = यह लिंक काम नहीं करता
unknown-link-text = हो सकता है कि लिंक का कोई हिस्सा छूट गया हो। जिस संदेश में लिंक मिला था, वहाँ से इसे फिर से खोलें या पूरा लिंक कॉपी करें। फिर भी काम न करे, तो जिस कंपनी ने लिंक भेजा है, उससे नया लिंक माँगें।
no-pass-title = अपना लिंक फिर से खोलें
no-pass-text = आपकी जानकारी की सुरक्षा के लिए यह फ़ॉर्म केवल आपके लिंक से खुलता है। मिले हुए संदेश से लिंक खोलें: आपके जवाब सहेजे हुए हैं। अगर यह पृष्ठ फिर दिखे, तो इस वेबसाइट के लिए कुकी की अनुमति दें।
not-found-title = पृष्ठ नहीं मिला
not-found-text = हो सकता है कि यह पृष्ठ खोलने के बाद फ़ॉर्म के सवाल बदल गए हों। वापस जाएँ या अपना लिंक फिर से खोलें। आपके जवाब सहेजे हुए हैं।
failed-title = कुछ गड़बड़ हो गई
failed-text = समस्या हमारी ओर से है। आपने जो सहेजा था, वह सब सुरक्षित है। वापस जाएँ और थोड़ी देर बाद फिर से कोशिश करें।
cross-site-title = हम यह अनुरोध स्वीकार नहीं कर सके
cross-site-text = आपकी सुरक्षा के लिए जवाब केवल इसी फ़ॉर्म से भेजे जा सकते हैं। मिले हुए संदेश से लिंक खोलें और फिर से कोशिश करें।
too-fast-title = कृपया एक मिनट रुकें
too-fast-text = हमें आपसे थोड़े समय में बहुत कुछ मिला है। दुरुपयोग रोकने के लिए हर मिनट की एक सीमा है। आपने जो सहेजा था, वह सब सुरक्षित है। वापस जाएँ और एक मिनट बाद फिर से कोशिश करें।
incomplete-title = आपके उत्तर पूरे नहीं पहुँचे
incomplete-text = हो सकता है कि कनेक्शन टूट गया हो। इस बार इस पृष्ठ से कुछ भी सहेजा नहीं गया। वापस जाएँ और इसे फिर से भेजें।
too-long-title = आपके उत्तर बहुत लंबे हैं
too-long-text = इस पृष्ठ पर बहुत ज़्यादा टेक्स्ट था, और इस बार उसमें से कुछ भी सहेजा नहीं गया। वापस जाएँ, अपने उत्तर छोटे करें और इसे फिर से भेजें।

steps = चरण
steps-done = { $all } में से { $done } चरण पूरे हुए
step-of = चरण { $number } / { $all }
back = पीछे
step-done = पूरा
step-left = { $count ->
    [one] { $count } काम बाकी
   *[other] { $count } काम बाकी
}
step-details = आपकी जानकारी
step-business = व्यवसाय की जानकारी
step-address = पता
step-identity = पहचान दस्तावेज़
step-funds = आप खाते का उपयोग कैसे करेंगे
step-people = व्यवसाय के मालिक और संचालक
step-documents = दस्तावेज़
step-review = जाँचें और भेजें
step-ready = जमा करने के लिए तैयार
continue = आगे बढ़ें
save-and-continue = सहेजें और आगे बढ़ें
save-and-exit = सहेजें और बाहर निकलें
optional = (वैकल्पिक)
choose = चुनें
choose-kept = पहले से दिया गया (छिपा हुआ)
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
saved-over = इसने दूसरे डिवाइस पर { $time } को सहेजे गए जवाब की जगह ले ली है।
saved-elsewhere = दूसरे डिवाइस पर { $time } को सहेजा गया।
kept = पहले से दिया गया: { $mask }। आपकी निजता के लिए छिपाया गया है। इसे वैसा ही रखने के लिए खाली छोड़ें।
replaced = सहेजा गया। आपके कुछ जवाबों ने दूसरे डिवाइस पर सहेजे जवाबों की जगह ले ली है।
errors = { $count ->
    [one] एक समस्या है
   *[other] { $count } समस्याएँ हैं
}

people-text = हर उस व्यक्ति को जोड़ें जिसके पास व्यवसाय का 25% या अधिक हिस्सा है, और हर उस व्यक्ति को जो इसे चलाता या नियंत्रित करता है, जैसे निदेशक।
people-none = आपने अभी तक किसी को नहीं जोड़ा है।
people-full = आप और व्यक्ति नहीं जोड़ सकते। पहले किसी एक को हटाएँ।
people-complete = { $name } की जानकारी पूरी है। एक और व्यक्ति जोड़ें या आगे बढ़ें।
people-shares = 100 % में से { $named } % बताया गया
people-owns = हिस्सा: { $share }%
people-owner = स्वामी
people-controls = व्यवसाय पर नियंत्रण
needed = हमें यह भी चाहिए:
needed-owner = { $name } के पास 25 % या अधिक हिस्सा है, इसलिए हमें यह भी चाहिए:
needed-controller = { $name } का व्यवसाय पर नियंत्रण है, इसलिए हमें यह भी चाहिए:
needed-both = { $name } के पास 25 % या अधिक हिस्सा है और व्यवसाय पर नियंत्रण भी है, इसलिए हमें यह भी चाहिए:
person-add = व्यक्ति जोड़ें
person-number = व्यक्ति { $number }
person-remove = इस व्यक्ति को हटाएँ
person-remove-sure = इस व्यक्ति के बारे में भरी गई सारी जानकारी मिट जाएगी।
person-remove-yes = हाँ, हटाएँ

upload-hint = फ़ोटो या स्कैन (JPEG या PNG) या PDF अपलोड करें, अधिकतम 10 MB।
example-whole = चारों कोनों समेत पूरा तस्वीर में हो
example-page = फ़ोटो वाला पन्ना, आख़िरी पंक्तियों तक
example-sharp = न धुँधला हो, न बहुत अँधेरा
example-glare = कोई चमक न हो, ऊपर कुछ न रखा हो
example-letter = नाम, पता और तारीख़ पढ़े जा सकें
upload-choose = फ़ाइल चुनें
upload-another = दूसरी फ़ाइल चुनें
upload-camera = फ़ोटो लें
upload-send = अपलोड करें
upload-none = पहले फ़ाइल चुनें।
upload-again = आप इस पृष्ठ से पहले एक अलग फ़ाइल भेज चुके हैं। कृपया अपनी फ़ाइल फिर से चुनें।
upload-refused = “{ $field }”: { $why }
upload-full = आप और दस्तावेज़ नहीं जोड़ सकते। पहले कोई एक हटाएँ।
upload-unsupported_file_type = यह फ़ाइल JPEG, PNG या PDF नहीं है। दूसरी फ़ाइल चुनें या फ़ोटो लें।
upload-damaged_file = यह फ़ाइल खाली या ख़राब है और खुल नहीं सकती। दूसरी फ़ाइल चुनें।
upload-infected_file = हमारे वायरस स्कैनर ने यह फ़ाइल अस्वीकार कर दी। दूसरी फ़ाइल चुनें या फ़ोटो लें।
upload-not_scanned = अभी इस फ़ाइल की वायरस जाँच नहीं हो सकी। कुछ मिनट बाद फिर कोशिश करें।
upload-payload_too_large = यह फ़ाइल 10 MB से बड़ी है। छोटी फ़ाइल चुनें या फ़ोटो लें।
upload-heic = यह HEIC तस्वीर है, जिसे यह ब्राउज़र बदल नहीं सकता। यहीं तस्वीर लें, या JPEG, PNG या PDF चुनें।
upload-pixels = इस तस्वीर में बहुत ज़्यादा पिक्सेल हैं। छोटी तस्वीर चुनें या यहीं तस्वीर लें।
upload-preparing = तस्वीर तैयार हो रही है…
upload-progress = अपलोड हो रहा है: { $percent }%
upload-done = अपलोड हो गया: { $name }
upload-broken = फ़ाइल भेजी नहीं जा सकी: कनेक्शन तीन बार टूटा।
upload-try-again = फिर कोशिश करें
upload-other = कोई और फ़ाइल चुनें
upload-cancel = रद्द करें
upload-cancelled = अपलोड रद्द किया गया।
upload-waiting = एक फ़ाइल अभी अपलोड हो रही है। पूरी होते ही आप आगे बढ़ेंगे।
file-given = फ़ाइल अपलोड हो गई
file-refused = स्वीकार नहीं: { $why }
file-asked-again = स्वीकार नहीं: नई फ़ाइल चाहिए
file-remove = हटाएँ
file-remove-number = फ़ाइल { $number } हटाएँ: { $document }
js-offline = कनेक्शन नहीं है। आपने जो लिखा है वह यहीं है और आपके फिर से ऑनलाइन होते ही सहेज लिया जाएगा।
js-retry = कनेक्शन टूट गया। फिर से कोशिश हो रही है…
js-sending = अपलोड हो रहा है…

review-left = { $count ->
    [one] भेजने से पहले एक काम पूरा करना बाकी है
   *[other] भेजने से पहले { $count } काम पूरे करने बाकी हैं
}
review-kept = दिया गया ({ $mask })
review-changed = यह पृष्ठ खोलने के बाद कुछ बदल गया है। कृपया अपने जवाब फिर से जाँचें।
reveal-title = पहले दी गई जानकारी देखें
reveal-individual = इसका कुछ भाग दूसरे उपकरण पर या { $company } ने दिया था और छिपा है। उसे देखने के लिए अपनी जन्म तिथि लिखें।
reveal-corporate = इसका कुछ भाग दूसरे उपकरण पर या { $company } ने दिया था और छिपा है। उसे देखने के लिए व्यवसाय की स्थापना की तारीख लिखें।
reveal-show = दिखाएँ
reveal-wrong = { $count ->
    [one] यह वह तारीख नहीं है जो हमारे पास है। आप { $count } बार और कोशिश कर सकते हैं।
   *[other] यह वह तारीख नहीं है जो हमारे पास है। आप { $count } बार और कोशिश कर सकते हैं।
}
reveal-closed = तारीख बहुत बार गलत रही। इस लिंक से पहले दी गई जानकारी छिपी रहेगी। कुछ भी खोया नहीं है।
reveal-never-title = इसका कुछ भाग छिपा है
reveal-never = जो दूसरे उपकरण पर या { $company } ने दिया था, वह सुरक्षा के लिए यहाँ नहीं दिखाया जाता। जहाँ कोई पृष्ठ उसे माँगे, वहाँ पुष्टि करें कि वह अब भी सही है, या उसे फिर से दें।
keep-as-given = यह अब भी सही है
kept-confirmed = आपने इसकी पुष्टि की है।
change = बदलें
truth-title = आपकी घोषणा
truth-missing = यह घोषित करने के लिए बॉक्स पर निशान लगाएँ कि आपकी दी हुई जानकारी सत्य और पूर्ण है
picture-show = तस्वीर दिखाएँ
review-share = { $share }%
review-control = व्यवसाय को नियंत्रित करता है
consent-title = आपकी सहमति
consent-true = मैंने जो दिया है, वह सत्य और पूर्ण है।
consent-use = { $company } इसका उपयोग कानून के अनुसार मेरे और मेरे बताए व्यक्तियों के सत्यापन के लिए कर सकती है और कानून जितने समय तक कहे, उतने समय तक रख सकती है।
consent-share = { $company } इसकी जाँच उन कंपनियों से करा सकती है जिनसे वह सत्यापन कराती है।
consent-agree = मैं सहमत हूँ कि मेरे डेटा का इस प्रकार उपयोग हो।
consent-missing = अपने डेटा के उपयोग की सहमति के लिए बॉक्स पर निशान लगाएँ
submit = भेजें

wrong-unconfirmed = पुष्टि करें कि “{ $field }” अब भी सही है, या फिर से लिखें
wrong-unconfirmed-document = पुष्टि करें कि “{ $field }” की फ़ाइल अब भी सही है, या उसे फिर से अपलोड करें
wrong-too_long = “{ $field }” बहुत लंबा है। अधिकतम { $most } अक्षर लिखें
wrong-nul_character = “{ $field }” में ऐसा चिह्न है जिसे सहेजा नहीं जा सकता। उसे मिटाकर फिर से लिखें
wrong-invalid_date = { $field }: { $date } जैसी कोई तारीख नहीं होती। दिन और महीना जाँचें
wrong-other = “{ $field }” स्वीकार नहीं किया जा सकता। जाँचकर फिर से लिखें
fault-in_the_future = { $field } भविष्य की नहीं हो सकती। वर्ष जाँचें
fault-too_young = आपकी उम्र कम से कम 18 वर्ष होनी चाहिए। अगर “{ $field }” में गलती है, तो उसे ठीक करें
fault-no_amount = { $field }: राशि अंकों में लिखें, जैसे 5000
fault-no_website = { $field }: पूरा पता लिखें, जैसे www.example.com
fault-no_share = { $field }: हर हिस्सा प्रतिशत में लिखें, जैसे 33.3
fault-shares_too_many = { $field }: हिस्सों का योग 100% से अधिक है। हर व्यक्ति का हिस्सा जाँचें
fault-asked_again = कृपया इसे जाँचकर फिर से लिखें: { $field }
fault-other_document = “{ $field }” की फ़ाइल में आपके बताए दस्तावेज़ से अलग दस्तावेज़ है। बताया हुआ दस्तावेज़ अपलोड करें या उसका विवरण ठीक करें
fault-needs_password = “{ $field }” की PDF पासवर्ड से सुरक्षित है। ऐसी प्रति अपलोड करें जो बिना पासवर्ड खुले
fault-unusable_picture = “{ $field }” की फ़ोटो पढ़ने के लिए बहुत छोटी है। कम से कम 200 पिक्सेल चौड़ी और ऊँची फ़ोटो अपलोड करें
missing = “{ $field }” भरें
missing-document = “{ $field }” के लिए फ़ाइल अपलोड करें
missing-first_name = अपना पहला नाम वैसे ही लिखें जैसा आपके पहचान दस्तावेज़ में है
missing-person_first_name = इस व्यक्ति का पहला नाम वैसे ही लिखें जैसा उनके पहचान दस्तावेज़ में है
missing-last_name = अपना उपनाम वैसे ही लिखें जैसा आपके पहचान दस्तावेज़ में है
missing-person_last_name = इस व्यक्ति का उपनाम वैसे ही लिखें जैसा उनके पहचान दस्तावेज़ में है
missing-birth_date = अपनी जन्म तिथि लिखें
missing-nationality = अपनी राष्ट्रीयता चुनें
missing-person_nationality = इस व्यक्ति की राष्ट्रीयता चुनें
missing-residential_address-country = वह देश चुनें जहाँ आप रहते हैं
missing-person_residential_address-country = वह देश चुनें जहाँ यह व्यक्ति रहता है
missing-business_address-country = वह देश चुनें जहाँ व्यवसाय पंजीकृत है
missing-street_line_1 = सड़क और मकान नंबर लिखें
missing-city = शहर या कस्बे का नाम लिखें
missing-state = { $country ->
    [IN] राज्य का नाम लिखें
    [US] राज्य का नाम लिखें
   *[other] राज्य या प्रांत का नाम लिखें
}
missing-postal_code = { $country ->
    [IN] पिन कोड लिखें
   *[other] डाक कोड लिखें
}
missing-id_document-type = पहचान दस्तावेज़ का प्रकार चुनें
missing-id_document-number = पहचान दस्तावेज़ पर लिखा नंबर भरें
missing-id_document-issuing_country = वह देश चुनें जिसने दस्तावेज़ जारी किया
missing-tax_number-type = कर संख्या का प्रकार चुनें
missing-tax_number-number = कर संख्या लिखें
missing-tax_number-issuing_country = वह देश चुनें जिसने कर संख्या जारी की
missing-id_document_front = { $document ->
    [passport] अपने पासपोर्ट का फ़ोटो वाला पृष्ठ अपलोड करें
    [driver_license] अपने ड्राइविंग लाइसेंस के सामने के भाग की फ़ोटो अपलोड करें
    [residence_permit] अपने निवास परमिट के सामने के भाग की फ़ोटो अपलोड करें
    [government_id] अपने पहचान पत्र के सामने के भाग की फ़ोटो अपलोड करें
   *[other] अपने पहचान दस्तावेज़ के सामने के भाग की फ़ोटो अपलोड करें
}
missing-person_id_document_front = { $document ->
    [passport] इस व्यक्ति के पासपोर्ट का फ़ोटो वाला पृष्ठ अपलोड करें
   *[other] इस व्यक्ति के पहचान दस्तावेज़ के सामने के भाग की फ़ोटो अपलोड करें
}
missing-id_document_back = { $document ->
    [driver_license] अपने ड्राइविंग लाइसेंस के पीछे के भाग की फ़ोटो अपलोड करें
    [residence_permit] अपने निवास परमिट के पीछे के भाग की फ़ोटो अपलोड करें
    [government_id] अपने पहचान पत्र के पीछे के भाग की फ़ोटो अपलोड करें
   *[other] अपने पहचान दस्तावेज़ के पीछे के भाग की फ़ोटो अपलोड करें
}
missing-person_id_document_back = इस व्यक्ति के पहचान दस्तावेज़ के पीछे के भाग की फ़ोटो अपलोड करें
missing-proof_of_address = ऐसा बिल, बैंक स्टेटमेंट या सरकारी पत्र अपलोड करें जिसमें आपका नाम और पता हो
missing-person_proof_of_address = ऐसा बिल, बैंक स्टेटमेंट या सरकारी पत्र अपलोड करें जिसमें इस व्यक्ति का नाम और पता हो
missing-business_proof_of_address = ऐसा बिल, बैंक स्टेटमेंट या सरकारी पत्र अपलोड करें जिसमें व्यवसाय का नाम और पता हो
missing-business_legal_name = व्यवसाय का कानूनी नाम वैसे ही लिखें जैसा कंपनी रजिस्टर में है
missing-registration_number = कंपनी रजिस्टर में दी गई व्यवसाय की पंजीकरण संख्या लिखें
missing-formation_date = व्यवसाय की स्थापना की तारीख लिखें
missing-primary_website = वेबसाइट का पता लिखें, जैसे www.example.com
missing-business_description = बताएँ कि व्यवसाय क्या करता है
missing-business_formation = स्थापना प्रमाणपत्र या अंतर्नियम अपलोड करें
missing-shareholder_registry = शेयरधारकों का रजिस्टर अपलोड करें
missing-directors_registry = निदेशकों का रजिस्टर अपलोड करें
missing-controller = व्यवसाय को नियंत्रित करने वाले कम से कम एक व्यक्ति को जोड़ें, जैसे निदेशक
missing-has_ownership = बताएँ कि क्या इस व्यक्ति के पास व्यवसाय का हिस्सा है
missing-ownership_percentage = व्यवसाय में इस व्यक्ति का हिस्सा प्रतिशत में लिखें
missing-has_control = बताएँ कि क्या यह व्यक्ति व्यवसाय को नियंत्रित करता है
missing-account_purpose = चुनें कि आप खाते का उपयोग किसलिए करेंगे
missing-account_purpose_other = बताएँ कि आप खाते का उपयोग किसलिए करेंगे
missing-expected_monthly_volume_usd = हर महीने की अनुमानित राशि अमेरिकी डॉलर में लिखें
missing-source_of_funds_description = बताएँ कि पैसा कहाँ से आता है
missing-proof_of_source_of_funds = ऐसा दस्तावेज़ अपलोड करें जिससे पता चले कि पैसा कहाँ से आता है
missing-most_recent_occupation = अपना पेशा लिखें
missing-employment_status = अपनी रोज़गार की स्थिति चुनें
missing-acting_as_intermediary = बताएँ कि क्या आप किसी और की ओर से काम कर रहे हैं
missing-birth_country = वह देश चुनें जहाँ आपका जन्म हुआ
none_given = इनमें से कम से कम एक खाना भरें: { $field }
none_given-legal_name = अपना नाम वैसे ही लिखें जैसा आपके पहचान दस्तावेज़ में है
none_given-person_legal_name = इस व्यक्ति का नाम वैसे ही लिखें जैसा उनके पहचान दस्तावेज़ में है

wrong-date_unseen = ऐसी कोई तारीख नहीं होती। “{ $field }” जाँचें
wrong-date_incomplete = दिन, महीना और वर्ष लिखें: { $field }
wrong-date_numbers = दिन, महीना और वर्ष अंकों में लिखें: { $field }
wrong-date_year = { $field }: वर्ष चार अंकों में लिखें, जैसे 1990
wrong-date_month = { $field }: महीना 1 से 12 के बीच की संख्या होनी चाहिए
wrong-date_day = { $field }: दिन 1 से 31 के बीच की संख्या होनी चाहिए
fault-asked_again-document = कृपया नई फ़ाइल अपलोड करें: { $field }
wrong-other_calendar = { $calendar ->
    [persian] “{ $field }” फ़ारसी कैलेंडर की तारीख़ लगती है
    [thai] “{ $field }” थाई कैलेंडर की तारीख़ लगती है
    [either] “{ $field }” फ़ारसी या हिजरी कैलेंडर की तारीख़ लगती है
   *[other] “{ $field }” हिजरी कैलेंडर की तारीख़ लगती है
}
date-meant = क्या आपका मतलब { $date } है?
date-use = { $date } का उपयोग करें
wrong-long_ago = { $field }: यह तारीख़ 120 साल से ज़्यादा पुरानी है। वर्ष जाँचें
wrong-blank = “{ $field }” में कोई दिखाई देने वाला अक्षर नहीं है। फिर से लिखें
wrong-no_letter = “{ $field }” में कम से कम एक अक्षर होना चाहिए
wrong-unseen = “{ $field }” में स्थान { $at } का चिह्न दिखाई नहीं देता। इस फ़ील्ड में सब कुछ मिटाकर दोबारा लिखें
wrong-not_a_share = { $field }: 0 से 100 तक की संख्या लिखें, जैसे 33.3

field-account_purpose = खाते का उद्देश्य
field-account_purpose_other = खाते का उद्देश्य, अपने शब्दों में
field-acting_as_intermediary = क्या आप किसी और की ओर से काम कर रहे हैं?
field-birth_country = जन्म का देश
field-birth_date = जन्म तिथि
field-business_address = व्यवसाय का पता
field-business_description = व्यवसाय क्या करता है
field-business_legal_name = व्यवसाय का कानूनी नाम
field-city = शहर
field-country = देश
field-employment_status = रोज़गार की स्थिति
field-expected_monthly_volume_usd = हर महीने की अनुमानित राशि, अमेरिकी डॉलर में
field-first_name = पहला नाम
field-formation_date = स्थापना की तारीख
field-has_control = क्या यह व्यक्ति व्यवसाय को नियंत्रित करता है, जैसे निदेशक के रूप में?
field-has_ownership = क्या इस व्यक्ति के पास व्यवसाय का हिस्सा है?
field-id_document-issuing_country = जारी करने वाला देश
field-id_document-number = दस्तावेज़ संख्या
field-id_document-type = दस्तावेज़ का प्रकार
field-last_name = उपनाम
field-middle_name = मध्य नाम
field-most_recent_occupation = पेशा
field-nationality = राष्ट्रीयता
field-ownership_percentage = व्यवसाय में हिस्सा (%)
field-postal_code = { $country ->
    [IN] पिन कोड
   *[other] डाक कोड
}
field-primary_website = वेबसाइट
field-registration_number = पंजीकरण संख्या
field-residential_address = घर का पता
field-source_of_funds_description = पैसा कहाँ से आता है
field-state = राज्य या प्रांत
field-street_line_1 = सड़क और मकान नंबर
field-street_line_2 = फ़्लैट, मंज़िल, इमारत
field-tax_number = { $country ->
    [US] सामाजिक सुरक्षा संख्या (SSN) या ITIN
   *[other] कर संख्या
}
field-tax_number-type = कर संख्या का प्रकार

choice-passport = पासपोर्ट
choice-driver_license = ड्राइविंग लाइसेंस
choice-residence_permit = निवास परमिट
choice-government_id = राष्ट्रीय पहचान पत्र
choice-state_or_provincial_id = राज्य या प्रांत का पहचान पत्र
choice-employed = नौकरीपेशा
choice-homemaker = गृहिणी या गृहस्थ
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

label-legal_name = आधिकारिक पूरा नाम
label-residential_address = आपके घर का पता
label-residential_state = राज्य
label-id_document = आपका पहचान दस्तावेज़
label-id_document_front = { $kind ->
    [passport] पासपोर्ट का फ़ोटो वाला पृष्ठ
   *[other] पहचान दस्तावेज़ की तस्वीर, सामने का भाग
}
label-id_document_back = पहचान दस्तावेज़, पीछे का भाग
label-business_tax_number = { $country ->
    [US] नियोक्ता पहचान संख्या (EIN)
   *[other] कर संख्या
}
label-proof_of_address = पते का प्रमाण
label-business_formation = स्थापना प्रमाणपत्र या अंतर्नियम
label-shareholder_registry = शेयरधारकों का रजिस्टर
label-directors_registry = निदेशकों का रजिस्टर
label-business_proof_of_address = व्यवसाय के पते का प्रमाण
label-ownership = व्यवसाय किसका है
label-controller = व्यवसाय को नियंत्रित करने वाला व्यक्ति
label-person_address = इस व्यक्ति के घर का पता
label-person_id_document = इस व्यक्ति का पहचान दस्तावेज़
label-person_proof_of_address = इस व्यक्ति के पते का प्रमाण
label-proof_of_source_of_funds = पैसे के स्रोत का प्रमाण

because-first_name = जैसा पहचान दस्तावेज़ में लिखा है।
because-legal_name = जैसा पहचान दस्तावेज़ में लिखा है। अगर केवल एक ही नाम है, तो एक खाना भरें और दूसरा खाली छोड़ दें।
because-birth_date = ताकि आपको उसी नाम का कोई दूसरा व्यक्ति न समझ लिया जाए।
because-nationality = कुछ कानूनी जाँच इस पर निर्भर करती हैं।
because-residential_address = घर का पता। पोस्ट बॉक्स स्वीकार नहीं किया जाता।
because-residential_state = अमेरिका के हर पते में राज्य का नाम होता है।
because-id_document = ऐसा सरकारी दस्तावेज़ दें जिसकी वैधता समाप्त न हुई हो।
because-id_document_front = पूरा दस्तावेज़ दिखाएँ, जिसमें फ़ोटो और सारा लिखा हुआ साफ़ हो।
because-id_document_back = कार्ड के दोनों ओर जानकारी होती है, इसलिए पीछे का भाग भी चाहिए।
because-proof_of_address = पिछले तीन महीनों का बिल, बैंक स्टेटमेंट या सरकारी पत्र, जिसमें नाम और पता हो।
because-tax_number = अमेरिका का कानून इसे वहाँ रहने वालों से माँगता है।
because-business_legal_name = जैसा कंपनी रजिस्टर में लिखा है।
because-registration_number = कंपनी रजिस्टर में व्यवसाय का नंबर।
because-formation_date = जैसी कंपनी रजिस्टर में लिखी है।
because-business_address = व्यवसाय का पंजीकृत पता।
because-business_tax_number = अमेरिका का कानून इसे वहाँ के व्यवसायों से माँगता है।
because-primary_website = पता चालू होना चाहिए, जैसे www.example.com।
because-business_formation = इससे पता चलता है कि व्यवसाय कानूनी रूप से पंजीकृत है।
because-shareholder_registry = इससे पता चलता है कि व्यवसाय किसका है।
because-directors_registry = इससे पता चलता है कि व्यवसाय की ओर से कौन काम करता है।
because-ownership = हर हिस्सा प्रतिशत में लिखें। कुल 100% से अधिक नहीं हो सकता।
because-controller = कानून के अनुसार व्यवसाय चलाने वाले कम से कम एक व्यक्ति का नाम ज़रूरी है।
because-expected_volume = अनुमान काफ़ी है। बड़ी राशि के लिए अधिक जानकारी चाहिए होती है।
because-source_of_funds = कानून इसे बड़ी राशियों और कुछ उद्देश्यों तथा देशों के लिए माँगता है। जैसे वेतन, बचत या घर की बिक्री।
because-proof_of_source_of_funds = जैसे वेतन पर्ची, बिक्री अनुबंध या बैंक स्टेटमेंट।
because-account_purpose_other = आपने “कुछ और” चुना है। इसे कुछ शब्दों में बताएँ।
