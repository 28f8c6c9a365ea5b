the-company = الشركة
language = اللغة
language-choose = تغيير
skip = الانتقال إلى المحتوى
footer = تطلب { $company } هذا للوفاء بواجباتها القانونية. ما تقدّمه يُحفظ مشفّرًا.
title-error = خطأ: { $title }

welcome-individual = تطلب منك { $company } إثبات هويتك
welcome-corporate = تطلب منك { $company } إثبات بيانات منشأتك
welcome-text = يُلزم القانون { $company } بمعرفة عملائها. في الصفحات التالية تقدّم ما يلزم.
welcome-again = راجعت { $company } ما قدّمته وتحتاج إلى شيء من جديد. الصفحات التالية تبيّن ما هو.
welcome-time = يستغرق ذلك نحو عشر دقائق. جهّز مستنداتك.
welcome-saved = يُحفظ كل شيء أثناء الكتابة. يمكنك التوقف في أي وقت والمتابعة لاحقًا، هنا أو على جهاز آخر.
welcome-until = هذا الرابط صالح حتى { $date }.
welcome-go = ابدأ

overview-title = التحقق من بياناتك
overview-text = هذه هي الخطوات. أكملها بأي ترتيب؛ يُحفظ كل شيء أولًا بأول.
overview-again = تحتاج { $company } إلى شيء من جديد.
overview-go = متابعة
overview-review = المراجعة والإرسال
comment = ما تقوله { $company }
leave = التوقف هنا والمتابعة لاحقًا
left-title = لقد خرجت من الاستمارة
left-text = كل شيء محفوظ. للمتابعة افتح الرابط الذي أُرسل إليك. يمكنك إغلاق هذه الصفحة.

expired-title = انتهت صلاحية هذا الرابط
expired-text = الروابط صالحة لأيام قليلة فقط، حتى لا يفتح رابط ضائع شيئًا. ما قدّمته محفوظ. للمتابعة اطلب من { $company } رابطًا جديدًا.
replaced-title = يوجد رابط أحدث
replaced-text = أرسلت إليك { $company } رابطًا أحدث منذ ذلك الحين؛ لم يعد هذا الرابط يفتح شيئًا. ما قدّمته محفوظ. استخدم أحدث رابط أو اطلب من { $company } رابطًا آخر.
submitted-title = شكرًا: كل شيء مكتمل
submitted-text = تراجع { $company } ما قدّمته. ليس عليك فعل شيء؛ ستصلك أخبار منها.
approved-title = تم التحقق من بياناتك
approved-text = تحققت { $company } من بياناتك. لا يوجد ما تفعله.
rejected-title = تعذّر التحقق
rejected-text = لم تتمكن { $company } من التحقق مما قدّمته. إن كنت ترى أن في ذلك خطأ فاسأل { $company }: يمكنها البدء من جديد وإرسال رابط جديد إليك.
offboarded-title = لا يوجد ما تفعله هنا
offboarded-text = انتهت علاقتك مع { $company }. إن كنت ترى أن في ذلك خطأ فاسألها.
go-back = العودة إلى { $company }
questions = لديك أسئلة؟ اكتب إلى { $company } التي أرسلت إليك هذا الرابط.
unknown-link-title = هذا الرابط لا يؤدي إلى شيء
unknown-link-text = ربما قُطع عند نسخه: افتحه مجددًا من الرسالة التي وصلك فيها. إن لم ينفع ذلك فاطلب رابطًا جديدًا من الشركة التي أرسلته.
no-pass-title = افتح رابطك مجددًا
no-pass-text = لم يدخل هذا الجهاز إلى الاستمارة أو خرج منها. افتح الرابط من الرسالة التي وصلك فيها؛ ما قدّمته محفوظ. تحتاج الاستمارة إلى ملفات تعريف الارتباط: اسمح بها لهذا الموقع.
not-found-title = لا توجد صفحة كهذه
not-found-text = ربما تغيّر ما يُطلب منك. ارجع أو افتح رابطك مجددًا: ما قدّمته محفوظ.
failed-title = حدث خطأ من جهتنا
failed-text = ما حُفظ من قبل باقٍ. ارجع وحاول مجددًا بعد قليل.
cross-site-title = لم يأتِ هذا من صفحتنا
cross-site-text = حرصًا على سلامتك لم يُقبل. افتح الرابط من الرسالة التي وصلك فيها وحاول هناك مجددًا.
too-fast-title = كان ذلك كثيرًا دفعة واحدة
too-fast-text = حتى لا يسيء أحد استخدام رابط، لا يُقبل في الدقيقة إلا قدر معيّن. ما حُفظ باقٍ. ارجع وحاول مجددًا بعد دقيقة.
too-many-title = العدد كبير جدًا
too-many-text = لا يمكن إضافة مزيد من الأشخاص أو المستندات. ارجع واحذف واحدًا أولًا.

steps = الخطوات
steps-done = اكتملت { $done } من { $all } خطوات
step-done = مكتمل
step-left = { $count ->
    [one] بقي شيء واحد
    [two] بقي شيئان
    [few] بقيت { $count } أشياء
   *[other] بقي { $count } شيئًا
}
step-details = عنك
step-business = عن المنشأة
step-address = العنوان
step-identity = وثيقة الهوية
step-funds = استخدام الحساب
step-people = المالكون والمديرون
step-documents = المستندات
step-review = المراجعة والإرسال
continue = متابعة
save-and-continue = حفظ ومتابعة
optional = (اختياري)
choose = اختر
choose-kept = قُدّم من قبل؛ مخفي
countries-likely = مقترحة
countries-all = كل البلدان
countries-open = عرض كل البلدان
countries-found = عدد البلدان التي عُثر عليها: { $count }
countries-none = لا يوجد بلد بهذا الاسم أو الرمز. جرّب كتابة أخرى
countries-restored = هذا ليس بلدًا من القائمة. ما زال المختار: { $country }
countries-cleared = هذا ليس بلدًا من القائمة. اختر بلدًا من القائمة
yes = نعم
no = لا
day = اليوم
month = الشهر
year = السنة
date = { $day } { $month } { $year }
date-month-first = { $day } { $month } { $year }
month-1 = يناير
month-2 = فبراير
month-3 = مارس
month-4 = أبريل
month-5 = مايو
month-6 = يونيو
month-7 = يوليو
month-8 = أغسطس
month-9 = سبتمبر
month-10 = أكتوبر
month-11 = نوفمبر
month-12 = ديسمبر
saved = تم الحفظ.
saved-over = حلّ محل ما حفظه جهاز آخر في { $time }.
saved-elsewhere = حُفظ على جهاز آخر في { $time }.
kept = قُدّم من قبل: { $mask }. هو مخفي هنا حمايةً له؛ اتركه فارغًا لإبقائه.
replaced = تم الحفظ. حلّ بعضه محل ما حفظه جهاز آخر.
errors = { $count ->
    [one] توجد مشكلة
    [two] توجد مشكلتان
    [few] توجد { $count } مشكلات
   *[other] توجد { $count } مشكلة
}

people-text = أضف كل من يملك 25 % أو أكثر من المنشأة، وكل من يتحكم فيها مثل المديرين.
people-none = لم يُضف أحد بعد.
person-add = إضافة شخص
person-number = الشخص { $number }
person-remove = حذف هذا الشخص
person-remove-sure = سيُحذف ما قُدّم عن هذا الشخص.
person-remove-yes = نعم، احذف

upload-hint = JPEG أو PNG أو PDF، بحد أقصى 10 ميغابايت. يجب أن يكون كل شيء مقروءًا.
upload-choose = اختيار ملف
upload-another = اختيار ملف آخر
upload-camera = التقاط صورة
upload-send = رفع
upload-none = اختر ملفًا أولًا.
upload-again = أرسلت هذه الصفحة ملفًا آخر من قبل. اختر الملف مجددًا.
upload-unsupported_file_type = هذا ليس JPEG ولا PNG ولا PDF. اختر ملفًا آخر أو التقط صورة.
upload-damaged_file = هذا الملف تالف أو فارغ. اختر ملفًا آخر.
upload-payload_too_large = هذا الملف أكبر من 10 ميغابايت. اختر ملفًا أصغر.
file-given = قُدّم ملف
file-remove = حذف
file-remove-number = حذف الملف { $number }: { $document }
js-offline = لا يوجد اتصال. ما كتبته لا يزال هنا وسيُحفظ فور عودة الاتصال.
js-retry = انقطع الاتصال. تجري المحاولة مجددًا…
js-sending = يجري الرفع…

review-left = { $count ->
    [one] بقي شيء واحد قبل أن تتمكن من الإرسال
    [two] بقي شيئان قبل أن تتمكن من الإرسال
    [few] بقيت { $count } أشياء قبل أن تتمكن من الإرسال
   *[other] بقي { $count } شيئًا قبل أن تتمكن من الإرسال
}
review-kept = قُدّم ({ $mask })
review-files = { $count ->
    [one] ملف واحد
    [two] ملفان
    [few] { $count } ملفات
   *[other] { $count } ملفًا
}
review-changed = تغيّر شيء منذ عرض هذه الصفحة. يرجى مراجعتها مجددًا.
change = تعديل
consent-title = موافقتك
consent-true = ما قدّمته صحيح وكامل.
consent-use = يجوز أن تستخدمه { $company } للتحقق مني ومن الأشخاص الذين ذكرتهم كما يقتضي القانون، وأن تحتفظ به المدة التي يقتضيها القانون.
consent-share = يجوز أن تعرضه { $company } على الشركات التي تستعين بها في التحقق.
consent-agree = أوافق
consent-missing = ضع علامة في المربع للموافقة
submit = إرسال

wrong-missing = هذا ناقص
wrong-none_given = املأ حقلًا واحدًا على الأقل من هذه الحقول
wrong-too_long = فيه أكثر من { $most } حرفًا
wrong-nul_character = فيه رمز لا يمكن حفظه
wrong-invalid_date = هذا التاريخ غير موجود
wrong-unknown_country = اختر بلدًا من القائمة
wrong-unknown_value = اختر من القائمة
wrong-wrong_type = اختر نعم أو لا
wrong-other_calendar = { $calendar ->
    [persian] يبدو أن هذا تاريخ بالتقويم الفارسي
    [thai] يبدو أن هذا تاريخ بالتقويم التايلاندي
    [either] يبدو أن هذا تاريخ بالتقويم الفارسي أو الهجري
   *[other] يبدو أن هذا تاريخ بالتقويم الهجري
}
date-meant = هل تقصد { $date }؟
date-use = استخدم { $date }
wrong-long_ago = مضى على هذا التاريخ أكثر من 120 سنة. تحقق من السنة
wrong-blank = اكتب هذا بحروف أو أرقام مرئية؛ ويحتوي الاسم على حرف واحد على الأقل
wrong-unseen = الرمز في الموضع { $at } غير مرئي. احذف كل ما في هذا الحقل واكتبه من جديد
wrong-not_a_share = اكتب الحصة رقمًا من 0 إلى 100، مثل 33.3
wrong-other = لا يمكن قبوله على هذا الوجه
fault-in_the_future = هذا في المستقبل
fault-too_young = يجب ألا يقل عمرك عن 18 سنة
fault-no_amount = هذا ليس مبلغًا. اكتب رقمًا مثل 5000
fault-no_website = هذا ليس عنوان موقع
fault-no_share = إحدى الحصص ليست نسبة مئوية. اكتب رقمًا مثل 33.3
fault-shares_too_many = مجموع الحصص أكثر من 100 في المئة
fault-asked_again = يرجى تقديم هذا مجددًا
fault-other_document = هذه صورة مستند غير المستند الذي ذكرته
fault-needs_password = لا يُفتح ملف PDF هذا إلا بكلمة مرور. قدّم ملفًا يُفتح من دونها
fault-unusable_picture = هذه الصورة أصغر من أن تُقرأ. قدّم صورة لا يقل كل ضلع منها عن 200 بكسل

field-account_purpose = غرض الحساب
field-account_purpose_other = لماذا الحساب
field-acting_as_intermediary = هل تتصرف نيابة عن غيرك؟
field-birth_country = بلد الميلاد
field-birth_date = تاريخ الميلاد
field-business_address = عنوان المنشأة
field-business_description = نشاط المنشأة
field-business_legal_name = الاسم القانوني للمنشأة
field-city = المدينة
field-country = البلد
field-employment_status = الوضع الوظيفي
field-expected_monthly_volume_usd = الحجم الشهري المتوقع بالدولار الأمريكي
field-first_name = الاسم الأول
field-formation_date = تاريخ التأسيس
field-has_control = هل يتحكم هذا الشخص في المنشأة، مثلًا بصفته مديرًا؟
field-has_ownership = هل يملك هذا الشخص حصة في المنشأة؟
field-id_document-issuing_country = بلد الإصدار
field-id_document-number = رقم الوثيقة
field-id_document-type = نوع الوثيقة
field-last_name = اسم العائلة
field-middle_name = الاسم الأوسط
field-most_recent_occupation = المهنة
field-nationality = الجنسية
field-ownership_percentage = الحصة بالنسبة المئوية
field-postal_code = الرمز البريدي
field-primary_website = الموقع الإلكتروني
field-registration_number = رقم السجل
field-residential_address = عنوان السكن
field-source_of_funds_description = مصدر المال
field-state = الولاية أو المحافظة
field-street_line_1 = الشارع والرقم
field-street_line_2 = الشقة والطابق والمبنى
field-tax_number = { $country ->
    [US] رقم الضمان الاجتماعي (SSN) أو ITIN
   *[other] الرقم الضريبي
}
field-tax_number-type = نوع الرقم

choice-passport = جواز سفر
choice-driver_license = رخصة قيادة
choice-residence_permit = تصريح إقامة
choice-government_id = بطاقة هوية وطنية
choice-state_or_provincial_id = بطاقة هوية ولاية أو محافظة
choice-employed = موظف
choice-homemaker = متفرغ للمنزل
choice-retired = متقاعد
choice-self_employed = عمل حر
choice-student = طالب
choice-unemployed = بلا عمل
choice-charitable_donations = تبرعات خيرية
choice-ecommerce_retail_payments = مدفوعات متجر إلكتروني
choice-investment_purposes = استثمار
choice-other = شيء آخر
choice-payments_to_friends_or_family_abroad = مدفوعات إلى الأصدقاء أو الأهل في الخارج
choice-payroll = رواتب
choice-personal_or_living_expenses = نفقات شخصية أو معيشية
choice-protect_wealth = حماية المدخرات
choice-purchase_goods_and_services = شراء سلع وخدمات
choice-receive_payments_for_goods_and_services = تلقي مدفوعات مقابل سلع وخدمات
choice-third_party_money_transmission = إرسال أموال نيابة عن آخرين
choice-treasury_management = إدارة أموال شركة

label-legal_name = الاسم القانوني
label-residential_address = أين تسكن
label-residential_state = الولاية
label-id_document = وثيقة هويتك
label-business_tax_number = { $country ->
    [US] رقم تعريف صاحب العمل (EIN)
   *[other] الرقم الضريبي
}
label-id_document_front = { $kind ->
    [passport] صفحة الصورة في جواز السفر
   *[other] صورة وثيقة الهوية، الوجه الأمامي
}
label-id_document_back = صورة وثيقة الهوية، الوجه الخلفي
label-proof_of_address = إثبات العنوان
label-business_formation = شهادة التأسيس أو النظام الأساسي
label-shareholder_registry = سجل المساهمين
label-directors_registry = سجل المديرين
label-business_proof_of_address = إثبات عنوان المنشأة
label-ownership = حصص المالكين
label-controller = شخص واحد على الأقل له سيطرة
label-person_address = أين يسكن هذا الشخص
label-person_id_document = وثيقة هوية هذا الشخص
label-person_proof_of_address = إثبات عنوان هذا الشخص
label-proof_of_source_of_funds = إثبات مصدر المال

because-first_name = كما في وثيقة الهوية.
because-legal_name = كما في وثيقة الهوية. إذا كان هناك اسم واحد فقط، فاملأ أحد الحقلين واترك الآخر فارغًا.
because-birth_date = به يُميَّز بين من يحملون الاسم نفسه.
because-nationality = تتوقف عليها بعض القوانين.
because-residential_address = ليس صندوق بريد.
because-residential_state = تذكر العناوين في الولايات المتحدة اسم ولاية.
because-id_document = وثيقة رسمية سارية.
because-id_document_front = تثبت الهوية.
because-id_document_back = في ظهر كل الوثائق شيء ما عدا جوازات السفر.
because-proof_of_address = فاتورة أو كشف حساب أو رسالة رسمية من الأشهر الثلاثة الأخيرة فيها الاسم والعنوان.
because-tax_number = به يُبلَّغ عن المقيمين في الولايات المتحدة.
because-business_legal_name = كما في السجل.
because-registration_number = يعرّف المنشأة في سجلها.
because-formation_date = يُقارن بالسجل.
because-business_address = حيث المنشأة مسجلة.
because-business_tax_number = به يُبلَّغ عن منشآت الولايات المتحدة.
because-primary_website = يجب أن يؤدي المقدَّم إلى موقع.
because-business_formation = تثبت وجود المنشأة.
because-shareholder_registry = يثبت من يملك المنشأة.
because-directors_registry = يثبت من يتصرف باسم المنشأة.
because-ownership = الحصص نسب مئوية ولا يزيد مجموعها على 100.
because-controller = يتصرف شخص معروف باسم المنشأة.
because-expected_volume = يُطلب المزيد ممن يحرّك أموالًا أكثر.
because-source_of_funds = يُطلب هذا مع المبالغ الكبيرة وبعض الأغراض وبعض البلدان.
because-proof_of_source_of_funds = مثل قسيمة راتب أو عقد بيع أو كشف حساب.
because-account_purpose_other = ذكرت أنه لغرض آخر.
