the-company = الشركة
language = اللغة
skip = الانتقال إلى المحتوى
footer = يُلزم القانون { $company } بطلب هذه المعلومات، وهي تُحفظ مشفّرة.
title-error = خطأ: { $title }

welcome-individual = تطلب منك { $company } إثبات هويتك
welcome-corporate = تطلب منك { $company } إثبات بيانات منشأتك
welcome-text = يُلزم القانون { $company } بالتحقق من هوية عملائها. في الصفحات التالية، أدخل بياناتك وارفع المستندات المطلوبة.
welcome-again = راجعت { $company } ما أرسلته وتطلب منك تصحيح بعض البيانات أو إرسالها مرة أخرى. ستجد التفاصيل في الصفحة التالية.
welcome-minutes = يستغرق ذلك نحو { $minutes } دقيقة.
welcome-saved = تُحفظ إجاباتك أولًا بأول. يمكنك التوقف في أي وقت والمتابعة لاحقًا، على هذا الجهاز أو على جهاز آخر.
welcome-until = يعمل هذا الرابط حتى { $date }.
welcome-go = ابدأ
ready-title = جهّز ما يلي
ready-id_document = وثيقة هويتك، مثل جواز السفر أو بطاقة الهوية
ready-person_id_document = وثيقة هوية لكل مالك ومدير
ready-person_proof_of_address = إثبات عنوان لكل مالك ومدير
company-legal = المسؤول عن بياناتك هو { $legal }.
company-privacy = إشعار الخصوصية لدى { $company }
company-terms = شروط { $company }
company-support = اطلب المساعدة من { $company }
review-takes = تحتاج { $company } عادةً إلى { $time } لاتخاذ القرار.
time-minutes = { $count ->
    [one] دقيقة واحدة
    [two] دقيقتين
    [few] { $count } دقائق
   *[other] { $count } دقيقة
}
time-hours = { $count ->
    [one] ساعة واحدة
    [two] ساعتين
    [few] { $count } ساعات
   *[other] { $count } ساعة
}
time-days = { $count ->
    [one] يوم واحد
    [two] يومين
    [few] { $count } أيام
   *[other] { $count } يومًا
}
time-working-days = { $count ->
    [one] يوم عمل واحد
    [two] يومي عمل
    [few] { $count } أيام عمل
   *[other] { $count } يوم عمل
}

overview-title = التحقق من بياناتك
overview-text = أكمل هذه الخطوات بأي ترتيب تريده. تُحفظ إجاباتك أولًا بأول.
overview-again = تطلب منك { $company } تصحيح بعض البيانات أو إرسالها مرة أخرى.
overview-go = متابعة
overview-review = المراجعة والإرسال
comment = رسالة من { $company }
correct = هذا صحيح كما هو
correct-why = لماذا هو صحيح؟
correct-hint = ستقرأ { $company } السبب الذي تذكره. وبذلك لا يلزمك تقديم هذا مجددًا.
correct-kept = لقد ذكرت سببًا، وهو مخفي هنا. اترك الحقل فارغًا للإبقاء عليه.
leave = حفظ وخروج
exit-saved = كل شيء محفوظ. يمكنك إغلاق هذه الصفحة والمتابعة لاحقًا بالرابط نفسه.
left-title = لقد خرجت من الاستمارة
left-text = إجاباتك محفوظة. للمتابعة، افتح الرابط الذي وصلك. يمكنك إغلاق هذه الصفحة.

home-name = التحقق من الهوية
home-title = افتح الرابط من رسالتك
home-text = من يطلب منك التحقق يرسل إليك رابطًا خاصًا بك، بالبريد الإلكتروني أو في رسالة أخرى. افتح هذا الرابط للبدء أو للمتابعة. ما قدمته من قبل محفوظ.
home-resume = متابعة التحقق
paste-label = أو الصق رابطك هنا
paste-hint = انسخه كاملًا من الرسالة، حتى لو امتد على عدة أسطر.
paste-go = فتح الرابط
paste-wrong = هذا ليس رابطًا كاملًا. انسخه مرة أخرى، من «https» حتى آخر حرف.
support = الحصول على المساعدة من { $company }
left-why = لم يعد هذا الجهاز يفتح الاستمارة، فقد يستخدمه أشخاص آخرون أيضًا.
left-again = المتابعة الآن

expired-title = انتهت صلاحية هذا الرابط
expired-text = حفاظًا على أمانك، لا يعمل الرابط إلا لبضعة أيام. إجاباتك محفوظة. للمتابعة، اطلب رابطًا جديدًا من { $company }.
replaced-title = يوجد رابط أحدث
replaced-text = أرسلت إليك { $company } رابطًا أحدث، لذلك لم يعد هذا الرابط يعمل. إجاباتك محفوظة. استخدم أحدث رابط، أو اطلب رابطًا آخر من { $company }.
abandoned-title = هذه الاستمارة مغلقة حاليًا
abandoned-text = طلبت منك { $company } تصحيح بعض البيانات أو إرسالها مرة أخرى، ولم يصلها رد منك منذ مدة، لذلك أُغلقت الاستمارة حاليًا. إجاباتك محفوظة. للمتابعة، اطلب رابطًا جديدًا من { $company }.
submitted-title = شكرًا لك، لقد أُرسلت بياناتك
submitted-text = ستراجع { $company } الآن بياناتك ومستنداتك، وستتواصل معك لإبلاغك بالنتيجة أو إذا احتاجت إلى شيء آخر. لا يلزمك فعل أي شيء، ويمكنك إغلاق هذه الصفحة.
approved-title = تم التحقق من بياناتك
approved-text = راجعت { $company } بياناتك وقبلتها. لا يلزمك فعل أي شيء آخر، ويمكنك إغلاق هذه الصفحة.
rejected-title = لم يكتمل التحقق من بياناتك
rejected-text = لم تتمكن { $company } من التحقق من البيانات التي أرسلتها. إذا كنت ترى أن هناك خطأ، فتواصل مع { $company }. يمكنها أن ترسل إليك رابطًا جديدًا لتحاول مرة أخرى.
offboarded-title = هذه الاستمارة مغلقة
offboarded-text = لم تعد عميلًا لدى { $company }، لذلك لا يوجد ما تملؤه. إذا كنت ترى أن هناك خطأ، فتواصل مع { $company }.
go-back = العودة إلى { $company }
questions = هل لديك أسئلة؟ تواصل مع { $company } التي أرسلت إليك هذا الرابط.
reference = الرقم المرجعي: { $reference }
reference-use = إذا تواصلت مع { $company }، فاذكر هذا الرقم المرجعي.
unknown-link-title = هذا الرابط لا يعمل
unknown-link-text = ربما ينقص جزء من الرابط. افتحه مرة أخرى من الرسالة التي وصلتك، أو انسخه كاملًا. إذا لم يعمل بعد ذلك، فاطلب رابطًا جديدًا من الشركة التي أرسلته.
no-pass-title = افتح رابطك مرة أخرى
no-pass-text = لحماية معلوماتك، لا تُفتح هذه الاستمارة إلا من رابطك. افتح الرابط من الرسالة التي وصلتك: إجاباتك محفوظة. إذا ظهرت هذه الصفحة مرة أخرى، فاسمح بملفات تعريف الارتباط لهذا الموقع.
not-found-title = الصفحة غير موجودة
not-found-text = ربما تغيّرت أسئلة الاستمارة منذ أن فتحت هذه الصفحة. ارجع إلى الخلف أو افتح رابطك مرة أخرى. إجاباتك محفوظة.
failed-title = حدث خطأ
failed-text = المشكلة من جانبنا. كل ما حفظته لا يزال موجودًا. ارجع إلى الخلف وحاول مرة أخرى بعد قليل.
cross-site-title = تعذّر قبول هذا الطلب
cross-site-text = حفاظًا على أمانك، لا يمكن إرسال الإجابات إلا من الاستمارة نفسها. افتح الرابط من الرسالة التي وصلتك وحاول مرة أخرى.
too-fast-title = يُرجى الانتظار دقيقة
too-fast-text = وصلنا منك الكثير في وقت قصير. لمنع إساءة الاستخدام، هناك حد لكل دقيقة. كل ما حفظته لا يزال موجودًا. ارجع إلى الخلف وحاول مرة أخرى بعد دقيقة.
incomplete-title = لم تصل إجاباتك كاملة
incomplete-text = ربما انقطع الاتصال. لم يُحفظ شيء من هذه الصفحة هذه المرة. ارجع إلى الخلف وأرسلها مرة أخرى.
too-long-title = إجاباتك طويلة جدًا
too-long-text = كان النص في هذه الصفحة أطول من اللازم، ولم يُحفظ شيء منها هذه المرة. ارجع إلى الخلف واختصر ما كتبته ثم أرسلها مرة أخرى.

steps = الخطوات
steps-done = اكتملت { $done } من أصل { $all } من الخطوات
step-of = الخطوة { $number } من { $all }
back = رجوع
step-done = مكتمل
step-left = { $count ->
    [one] بقي بند واحد
    [two] بقي بندان
    [few] بقيت { $count } بنود
   *[other] بقي { $count } بندًا
}
step-details = بياناتك
step-business = بيانات المنشأة
step-address = العنوان
step-identity = وثيقة الهوية
step-funds = كيف ستستخدم الحساب
step-people = مالكو المنشأة ومن يديرونها
step-documents = المستندات
step-review = المراجعة والإرسال
step-ready = جاهز للإرسال
continue = متابعة
save-and-continue = حفظ ومتابعة
save-and-exit = حفظ وخروج
optional = (اختياري)
choose = اختر
choose-kept = أُدخل من قبل (مخفي)
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
saved-over = حلّت هذه الإجابة محل ما حُفظ على جهاز آخر في { $time }.
saved-elsewhere = حُفظ على جهاز آخر في { $time }.
kept = أُدخل من قبل: { $mask }. هو مخفي لحماية خصوصيتك. للإبقاء عليه، اترك الحقل فارغًا.
replaced = تم الحفظ. حلّت بعض إجاباتك محل إجابات حُفظت على جهاز آخر.
errors = { $count ->
    [one] توجد مشكلة
    [two] توجد مشكلتان
    [few] توجد { $count } مشكلات
   *[other] توجد { $count } مشكلة
}

people-text = أضف كل شخص يملك 25% أو أكثر من المنشأة، وكل شخص يديرها أو يتحكم فيها، مثل المدير.
people-none = لم تُضف أي شخص بعد.
people-full = لا يمكنك إضافة المزيد من الأشخاص. احذف شخصًا أولًا.
people-complete = اكتملت بيانات { $name }. أضف شخصًا آخر أو تابع.
people-shares = ذُكر { $named } % من 100 %
people-owns = يملك { $share } %
people-owner = مالك
people-controls = يتحكم في المنشأة
needed = نحتاج أيضًا إلى:
needed-owner = لأن { $name } يملك 25 % أو أكثر، نحتاج أيضًا إلى:
needed-controller = لأن { $name } يتحكم في المنشأة، نحتاج أيضًا إلى:
needed-both = لأن { $name } يملك 25 % أو أكثر ويتحكم في المنشأة، نحتاج أيضًا إلى:
person-add = إضافة شخص
person-number = الشخص { $number }
person-remove = حذف هذا الشخص
person-remove-sure = سيُحذف كل ما أُدخل عن هذا الشخص.
person-remove-yes = نعم، احذف

upload-hint = ارفع صورة أو نسخة ممسوحة (JPEG أو PNG) أو ملف PDF، بحجم لا يتجاوز 10 ميغابايت.
example-whole = كاملة داخل الصورة بزواياها الأربع
example-page = الصفحة التي عليها صورتك حتى آخر أسطرها
example-sharp = غير مشوشة وغير معتمة
example-glare = بلا انعكاس للضوء، ولا شيء يغطيها
example-letter = الاسم والعنوان والتاريخ مقروءة
upload-choose = اختيار ملف
upload-another = اختيار ملف آخر
upload-camera = التقاط صورة
upload-send = رفع
upload-none = اختر ملفًا أولًا.
upload-again = سبق أن أرسلت ملفًا آخر من هذه الصفحة. يُرجى اختيار ملفك مرة أخرى.
upload-refused = «{ $field }»: { $why }
upload-full = لا يمكنك إضافة المزيد من المستندات. احذف مستندًا أولًا.
upload-unsupported_file_type = هذا الملف ليس بصيغة JPEG أو PNG أو PDF. اختر ملفًا آخر أو التقط صورة.
upload-damaged_file = هذا الملف فارغ أو تالف ولا يمكن فتحه. اختر ملفًا آخر.
upload-infected_file = رفض برنامج مكافحة الفيروسات لدينا هذا الملف. اختر ملفًا آخر أو التقط صورة.
upload-not_scanned = تعذّر فحص هذا الملف بحثًا عن الفيروسات الآن. حاول مرة أخرى بعد بضع دقائق.
upload-payload_too_large = حجم هذا الملف أكبر من 10 ميغابايت. اختر ملفًا أصغر أو التقط صورة.
upload-heic = هذه صورة HEIC ولا يستطيع هذا المتصفح تحويلها. التقط صورة هنا، أو اختر ملف JPEG أو PNG أو PDF.
upload-pixels = عدد وحدات البكسل في هذه الصورة كبير جدًا. اختر صورة أصغر أو التقط صورة هنا.
upload-preparing = يجري تجهيز الصورة…
upload-progress = يجري الرفع: { $percent }٪
upload-done = تم رفع الملف: { $name }
upload-broken = تعذّر إرسال الملف: انقطع الاتصال ثلاث مرات.
upload-try-again = إعادة المحاولة
upload-other = اختيار ملف مختلف
upload-cancel = إلغاء
upload-cancelled = أُلغي الرفع.
upload-waiting = لا يزال ملف قيد الرفع. ستتابع فور اكتماله.
file-given = رُفع الملف
file-refused = غير مقبول: { $why }
file-asked-again = غير مقبول: يلزم ملف جديد
file-remove = حذف
file-remove-number = حذف الملف { $number }: { $document }
js-offline = لا يوجد اتصال. ما كتبته لا يزال هنا وسيُحفظ عند عودة الاتصال.
js-retry = انقطع الاتصال. تجري المحاولة مجددًا…
js-sending = يجري الرفع…

review-left = { $count ->
    [one] بقي بند واحد يجب إكماله قبل الإرسال
    [two] بقي بندان يجب إكمالهما قبل الإرسال
    [few] بقيت { $count } بنود يجب إكمالها قبل الإرسال
   *[other] بقي { $count } بندًا يجب إكماله قبل الإرسال
}
review-kept = أُدخل ({ $mask })
review-changed = تغيّر شيء منذ أن فتحت هذه الصفحة. يُرجى مراجعة إجاباتك مرة أخرى.
reveal-title = الاطّلاع على ما قُدّم من قبل
reveal-individual = قُدّم بعض هذه المعلومات على جهاز آخر أو من { $company }، وهو مخفي. للاطّلاع عليه أدخل تاريخ ميلادك.
reveal-corporate = قُدّم بعض هذه المعلومات على جهاز آخر أو من { $company }، وهو مخفي. للاطّلاع عليه أدخل تاريخ تأسيس المنشأة.
reveal-show = إظهار
reveal-wrong = { $count ->
    [one] هذا ليس التاريخ المسجّل لدينا. بقيت لك محاولة واحدة.
    [two] هذا ليس التاريخ المسجّل لدينا. بقيت لك محاولتان.
    [few] هذا ليس التاريخ المسجّل لدينا. بقيت لك { $count } محاولات.
   *[other] هذا ليس التاريخ المسجّل لدينا. بقيت لك { $count } محاولة.
}
reveal-closed = أُدخل تاريخ خاطئ مرات كثيرة. يبقى ما قُدّم من قبل مخفيًا بهذا الرابط. لم يضع شيء.
reveal-never-title = بعض هذه المعلومات مخفي
reveal-never = ما قُدّم على جهاز آخر أو من { $company } لا يظهر هنا حمايةً له. حيثما تطلبه إحدى الصفحات، أكّد أنه ما زال صحيحًا أو قدّمه من جديد.
keep-as-given = ما زال هذا صحيحًا
kept-confirmed = لقد أكّدت هذا.
change = تعديل
truth-title = إقرارك
truth-missing = ضع علامة في المربع للإقرار بأن ما قدّمته صحيح وكامل
picture-show = عرض الصورة
review-share = { $share } %
review-control = يتحكم في النشاط التجاري
consent-title = موافقتك
consent-true = ما قدّمته صحيح وكامل.
consent-use = يجوز أن تستخدمه { $company } للتحقق مني ومن الأشخاص الذين ذكرتهم كما يقتضي القانون، وأن تحتفظ به المدة التي يقتضيها القانون.
consent-share = يجوز أن تعرضه { $company } على الشركات التي تستعين بها في التحقق.
consent-agree = أوافق على استخدام بياناتي بهذه الطريقة.
consent-missing = ضع علامة في المربع للموافقة على استخدام بياناتك
submit = إرسال

wrong-unconfirmed = أكّد أن الحقل «{ $field }» ما زال صحيحًا أو املأه من جديد
wrong-unconfirmed-document = أكّد أن ملف «{ $field }» ما زال صحيحًا أو ارفعه من جديد
wrong-too_long = النص في «{ $field }» أطول من اللازم. لا تتجاوز { $most } حرفًا
wrong-nul_character = يحتوي الحقل «{ $field }» على رمز لا يمكن حفظه. احذفه واكتب النص مرة أخرى
wrong-invalid_date = { $field }: لا يوجد تاريخ { $date }. تحقق من اليوم والشهر
wrong-other = لا يمكن قبول «{ $field }». تحقق منه وأدخله مرة أخرى
fault-in_the_future = { $field }: لا يمكن أن يكون التاريخ في المستقبل. تحقق من السنة
fault-too_young = يجب ألا يقل عمرك عن 18 عامًا. إذا كانت المعلومة «{ $field }» خاطئة، فصحّحها
fault-no_amount = { $field }: أدخل المبلغ بالأرقام، مثل 5000
fault-no_website = { $field }: أدخل العنوان الكامل، مثل www.example.com
fault-no_share = { $field }: أدخل كل حصة كنسبة مئوية، مثل 33.3
fault-shares_too_many = { $field }: مجموع الحصص أكثر من 100%. تحقق من حصة كل شخص
fault-asked_again = يُرجى التحقق من هذه المعلومة وإدخالها مرة أخرى: { $field }
fault-other_document = يُظهر ملف «{ $field }» وثيقة مختلفة عن التي أدخلتها. ارفع الوثيقة التي أدخلتها أو صحّح بياناتها
fault-needs_password = ملف PDF الخاص بـ«{ $field }» محمي بكلمة مرور. ارفع نسخة تُفتح من دون كلمة مرور
fault-unusable_picture = الصورة الخاصة بـ«{ $field }» أصغر من أن تُقرأ. ارفع صورة لا يقل عرضها وارتفاعها عن 200 بكسل
missing = املأ الحقل «{ $field }»
missing-document = ارفع ملفًا من أجل «{ $field }»
missing-first_name = أدخل اسمك الأول كما هو مكتوب في وثيقة هويتك
missing-person_first_name = أدخل الاسم الأول لهذا الشخص كما هو مكتوب في وثيقة هويته
missing-last_name = أدخل اسم عائلتك كما هو مكتوب في وثيقة هويتك
missing-person_last_name = أدخل اسم عائلة هذا الشخص كما هو مكتوب في وثيقة هويته
missing-birth_date = أدخل تاريخ ميلادك
missing-nationality = اختر جنسيتك
missing-person_nationality = اختر جنسية هذا الشخص
missing-residential_address-country = اختر البلد الذي تسكن فيه
missing-person_residential_address-country = اختر البلد الذي يسكن فيه هذا الشخص
missing-business_address-country = اختر البلد المسجلة فيه المنشأة
missing-street_line_1 = أدخل اسم الشارع ورقم المبنى
missing-city = أدخل المدينة
missing-state = { $country ->
    [US] أدخل الولاية
    [CA] أدخل المقاطعة
   *[other] أدخل الولاية أو المحافظة
}
missing-postal_code = أدخل الرمز البريدي
missing-id_document-type = اختر نوع وثيقة الهوية
missing-id_document-number = أدخل الرقم المكتوب في وثيقة الهوية
missing-id_document-issuing_country = اختر البلد الذي أصدر الوثيقة
missing-tax_number-type = اختر نوع الرقم الضريبي
missing-tax_number-number = أدخل الرقم الضريبي
missing-tax_number-issuing_country = اختر البلد الذي أصدر الرقم الضريبي
missing-id_document_front = { $document ->
    [passport] ارفع صفحة جواز سفرك التي فيها الصورة
    [driver_license] ارفع صورة للوجه الأمامي من رخصة قيادتك
    [residence_permit] ارفع صورة للوجه الأمامي من تصريح إقامتك
    [government_id] ارفع صورة للوجه الأمامي من بطاقة هويتك
   *[other] ارفع صورة للوجه الأمامي من وثيقة هويتك
}
missing-person_id_document_front = { $document ->
    [passport] ارفع صفحة جواز سفر هذا الشخص التي فيها الصورة
   *[other] ارفع صورة للوجه الأمامي من وثيقة هوية هذا الشخص
}
missing-id_document_back = { $document ->
    [driver_license] ارفع صورة للوجه الخلفي من رخصة قيادتك
    [residence_permit] ارفع صورة للوجه الخلفي من تصريح إقامتك
    [government_id] ارفع صورة للوجه الخلفي من بطاقة هويتك
   *[other] ارفع صورة للوجه الخلفي من وثيقة هويتك
}
missing-person_id_document_back = ارفع صورة للوجه الخلفي من وثيقة هوية هذا الشخص
missing-proof_of_address = ارفع فاتورة أو كشف حساب مصرفي أو خطابًا رسميًا يظهر فيه اسمك وعنوانك
missing-person_proof_of_address = ارفع فاتورة أو كشف حساب مصرفي أو خطابًا رسميًا يظهر فيه اسم هذا الشخص وعنوانه
missing-business_proof_of_address = ارفع فاتورة أو كشف حساب مصرفي أو خطابًا رسميًا يظهر فيه اسم المنشأة وعنوانها
missing-business_legal_name = أدخل الاسم القانوني للمنشأة كما هو في السجل التجاري
missing-registration_number = أدخل رقم المنشأة في السجل التجاري
missing-formation_date = أدخل تاريخ تأسيس المنشأة
missing-primary_website = أدخل عنوان الموقع الإلكتروني، مثل www.example.com
missing-business_description = اكتب ما هو نشاط المنشأة
missing-business_formation = ارفع شهادة التأسيس أو النظام الأساسي
missing-shareholder_registry = ارفع سجل المساهمين
missing-directors_registry = ارفع سجل المديرين
missing-controller = أضف شخصًا واحدًا على الأقل يتحكم في المنشأة، مثل المدير
missing-has_ownership = حدّد ما إذا كان هذا الشخص يملك حصة في المنشأة
missing-ownership_percentage = أدخل حصة هذا الشخص في المنشأة كنسبة مئوية
missing-has_control = حدّد ما إذا كان هذا الشخص يتحكم في المنشأة
missing-account_purpose = اختر الغرض الذي ستستخدم الحساب من أجله
missing-account_purpose_other = اكتب الغرض الذي ستستخدم الحساب من أجله
missing-expected_monthly_volume_usd = أدخل المبلغ الذي تتوقعه كل شهر بالدولار الأمريكي
missing-source_of_funds_description = اكتب من أين يأتي المال
missing-proof_of_source_of_funds = ارفع مستندًا يبيّن من أين يأتي المال
missing-most_recent_occupation = أدخل مهنتك
missing-employment_status = اختر وضعك الوظيفي
missing-acting_as_intermediary = حدّد ما إذا كنت تتصرف نيابة عن غيرك
missing-birth_country = اختر البلد الذي وُلدت فيه
none_given = املأ حقلًا واحدًا على الأقل من هذه الحقول: { $field }
none_given-legal_name = أدخل اسمك كما هو مكتوب في وثيقة هويتك
none_given-person_legal_name = أدخل اسم هذا الشخص كما هو مكتوب في وثيقة هويته
wrong-other_calendar = { $calendar ->
    [persian] يبدو أن «{ $field }» تاريخ بالتقويم الفارسي
    [thai] يبدو أن «{ $field }» تاريخ بالتقويم التايلاندي
    [either] يبدو أن «{ $field }» تاريخ بالتقويم الفارسي أو الهجري
   *[other] يبدو أن «{ $field }» تاريخ بالتقويم الهجري
}
date-meant = هل تقصد { $date }؟
date-use = استخدم { $date }
wrong-long_ago = { $field }: مضى على هذا التاريخ أكثر من 120 سنة. تحقق من السنة
wrong-blank = لا يحتوي الحقل «{ $field }» على أي رمز مرئي. املأه من جديد
wrong-no_letter = يجب أن يحتوي الحقل «{ $field }» على حرف واحد على الأقل
wrong-unseen = الرمز في الموضع { $at } من الحقل «{ $field }» غير مرئي. احذف كل ما في هذا الحقل واكتبه من جديد
wrong-not_a_share = { $field }: أدخل رقمًا من 0 إلى 100، مثل 33.3

wrong-date_unseen = هذا التاريخ غير موجود. تحقق من «{ $field }»
wrong-date_incomplete = أدخل اليوم والشهر والسنة: { $field }
wrong-date_numbers = أدخل اليوم والشهر والسنة بالأرقام: { $field }
wrong-date_year = { $field }: أدخل السنة بأربعة أرقام، مثل 1990
wrong-date_month = { $field }: يجب أن يكون الشهر رقمًا من 1 إلى 12
wrong-date_day = { $field }: يجب أن يكون اليوم رقمًا من 1 إلى 31
fault-asked_again-document = يُرجى رفع ملف جديد: { $field }

field-account_purpose = الغرض من الحساب
field-account_purpose_other = الغرض من الحساب، بكلماتك
field-acting_as_intermediary = هل تتصرف نيابة عن غيرك؟
field-birth_country = بلد الميلاد
field-birth_date = تاريخ الميلاد
field-business_address = عنوان المنشأة
field-business_description = نشاط المنشأة
field-business_legal_name = الاسم القانوني للمنشأة
field-city = المدينة
field-country = البلد
field-employment_status = الوضع الوظيفي
field-expected_monthly_volume_usd = المبلغ الذي تتوقعه كل شهر، بالدولار الأمريكي
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
field-ownership_percentage = الحصة في المنشأة (%)
field-postal_code = الرمز البريدي
field-primary_website = الموقع الإلكتروني
field-registration_number = رقم السجل التجاري
field-residential_address = عنوان السكن
field-source_of_funds_description = من أين يأتي المال
field-state = { $country ->
    [CA] المقاطعة
   *[other] الولاية أو المحافظة
}
field-street_line_1 = الشارع ورقم المبنى
field-street_line_2 = الشقة والطابق والمبنى
field-tax_number = { $country ->
    [US] رقم الضمان الاجتماعي (SSN) أو ITIN
   *[other] الرقم الضريبي
}
field-tax_number-type = نوع الرقم الضريبي

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
choice-other = غرض آخر
choice-payments_to_friends_or_family_abroad = مدفوعات إلى الأصدقاء أو الأهل في الخارج
choice-payroll = رواتب
choice-personal_or_living_expenses = نفقات شخصية أو معيشية
choice-protect_wealth = حماية المدخرات
choice-purchase_goods_and_services = شراء سلع وخدمات
choice-receive_payments_for_goods_and_services = تلقي مدفوعات مقابل سلع وخدمات
choice-third_party_money_transmission = إرسال أموال نيابة عن الآخرين
choice-treasury_management = إدارة أموال شركة

label-legal_name = الاسم الرسمي الكامل
label-residential_address = عنوان سكنك
label-residential_state = الولاية
label-id_document = وثيقة هويتك
label-id_document_front = { $kind ->
    [passport] صفحة الصورة في جواز السفر
   *[other] صورة وثيقة الهوية، الوجه الأمامي
}
label-id_document_back = وثيقة الهوية، الوجه الخلفي
label-business_tax_number = { $country ->
    [US] رقم تعريف صاحب العمل (EIN)
   *[other] الرقم الضريبي
}
label-proof_of_address = إثبات العنوان
label-business_formation = شهادة التأسيس أو النظام الأساسي
label-shareholder_registry = سجل المساهمين
label-directors_registry = سجل المديرين
label-business_proof_of_address = إثبات عنوان المنشأة
label-ownership = ملكية المنشأة
label-controller = شخص يتحكم في المنشأة
label-person_address = عنوان سكن هذا الشخص
label-person_id_document = وثيقة هوية هذا الشخص
label-person_proof_of_address = إثبات عنوان هذا الشخص
label-proof_of_source_of_funds = مستند يثبت مصدر المال

because-first_name = كما هو مكتوب في وثيقة الهوية.
because-legal_name = كما هو مكتوب في وثيقة الهوية. إذا كان الاسم اسمًا واحدًا فقط، فاملأ حقلًا واترك الآخر فارغًا.
because-birth_date = حتى لا يُخلط بينك وبين شخص يحمل الاسم نفسه.
because-nationality = تعتمد عليها بعض عمليات التحقق القانونية.
because-residential_address = عنوان السكن. لا يُقبل صندوق بريد.
because-residential_state = كل عنوان في الولايات المتحدة يتضمن اسم الولاية.
because-id_document = استخدم وثيقة رسمية سارية المفعول.
because-id_document_front = أظهر الوثيقة كاملة، بحيث تكون الصورة والنص كله واضحين.
because-id_document_back = تحمل البطاقات معلومات على الوجهين، لذلك نحتاج إلى الوجه الخلفي أيضًا.
because-proof_of_address = فاتورة أو كشف حساب مصرفي أو خطاب رسمي من آخر ثلاثة أشهر يظهر فيه الاسم والعنوان.
because-tax_number = يشترطه القانون الأمريكي على من يسكنون في الولايات المتحدة.
because-business_legal_name = كما هو في السجل التجاري.
because-registration_number = رقم المنشأة في السجل التجاري.
because-formation_date = كما هو في السجل التجاري.
because-business_address = العنوان المسجّل للمنشأة.
because-business_tax_number = يشترطه القانون الأمريكي على المنشآت في الولايات المتحدة.
because-primary_website = يجب أن يكون العنوان صالحًا، مثل www.example.com.
because-business_formation = يبيّن أن المنشأة قائمة قانونًا.
because-shareholder_registry = يبيّن من يملك المنشأة.
because-directors_registry = يبيّن من يتصرف باسم المنشأة.
because-ownership = أدخل كل حصة كنسبة مئوية. يجب ألا يتجاوز المجموع 100%.
because-controller = يشترط القانون اسم شخص واحد على الأقل يدير المنشأة.
because-expected_volume = يكفي رقم تقديري. تتطلب المبالغ الأكبر معلومات أكثر.
because-source_of_funds = يشترطه القانون للمبالغ الكبيرة ولبعض الأغراض والبلدان. مثل: الراتب أو المدخرات أو بيع منزل.
because-proof_of_source_of_funds = مثل قسيمة راتب أو عقد بيع أو كشف حساب مصرفي.
because-account_purpose_other = اخترت «غرض آخر». صفه في بضع كلمات.
