the-company = Şirket
language = Dil
skip = İçeriğe geç
footer = { $company } bu bilgileri yasa gereği ister. Bilgiler şifrelenerek saklanır.
title-error = Hata: { $title }

welcome-individual = { $company } kimliğinizi doğrulamanızı istiyor
welcome-corporate = { $company } işletmenizi doğrulamanızı istiyor
welcome-text = { $company } yasa gereği müşterilerinin kimliğini doğrulamak zorundadır. Sonraki sayfalarda bilgilerinizi girin ve gerekli belgeleri yükleyin.
welcome-again = { $company } gönderdiklerinizi inceledi; bazılarını düzeltmeniz gerekiyor. Sonraki sayfada nelerin değişeceğini görebilirsiniz.
welcome-minutes = Yaklaşık { $minutes } dakika sürer.
welcome-saved = Yanıtlarınız siz ilerledikçe kaydedilir. İstediğiniz an ara verip daha sonra bu cihazdan ya da başka bir cihazdan devam edebilirsiniz.
welcome-until = Bu bağlantı { $date } tarihine kadar geçerlidir.
welcome-go = Başla
ready-title = Bunları hazır bulundurun
ready-id_document = Pasaport ya da kimlik kartı gibi bir kimlik belgeniz
ready-person_id_document = Her ortağın ve yöneticinin kimlik belgesi
ready-person_proof_of_address = Her ortağın ve yöneticinin adres belgesi
company-legal = Verilerinizden { $legal } sorumludur.
company-privacy = { $company } gizlilik bildirimi
company-terms = { $company } koşulları
company-support = { $company } ekibinden yardım alın
review-takes = { $company } genellikle { $time } içinde karar verir.
time-minutes = { $count ->
    [one] { $count } dakika
   *[other] { $count } dakika
}
time-hours = { $count ->
    [one] { $count } saat
   *[other] { $count } saat
}
time-days = { $count ->
    [one] { $count } gün
   *[other] { $count } gün
}
time-working-days = { $count ->
    [one] { $count } iş günü
   *[other] { $count } iş günü
}

overview-title = Doğrulamanız
overview-text = Adımları istediğiniz sırayla tamamlayın. Yanıtlarınız siz ilerledikçe kaydedilir.
overview-again = { $company } bazı bilgilerinizi düzeltmenizi istiyor.
overview-go = Devam et
overview-review = Gözden geçir ve gönder
comment = { $company } mesajı
correct = Bu, olduğu gibi doğru
correct-why = Neden doğru?
correct-hint = { $company } gerekçenizi okur. Gerekçe verirseniz bunu yeniden vermeniz gerekmez.
correct-kept = Bir gerekçe verdiniz; burada gizlidir. Korumak için boş bırakın.
leave = Kaydet ve çık
exit-saved = Her şey kaydedildi. Bu sayfayı kapatıp daha sonra aynı bağlantıyla sürdürebilirsiniz.
left-title = Formdan çıktınız
left-text = Yanıtlarınız kaydedildi. Devam etmek için size gönderilen bağlantıyı açın. Bu sayfayı kapatabilirsiniz.

home-name = Kimlik doğrulama
home-title = İletinizdeki bağlantıyı açın
home-text = Doğrulama isteyen kuruluş size e-postayla ya da başka bir iletiyle yalnızca size ait bir bağlantı gönderir. Başlamak veya sürdürmek için o bağlantıyı açın. Daha önce verdikleriniz saklanıyor.
home-resume = Doğrulamayı sürdürün
paste-label = Ya da bağlantınızı buraya yapıştırın
paste-hint = Birden çok satıra yayılmış olsa bile iletiden tamamını kopyalayın.
paste-go = Bağlantıyı aç
paste-wrong = Bu, tam bir bağlantı değil. “https”ten son harfine kadar yeniden kopyalayın.
support = Yardım alın: { $company }
left-why = Başkaları da kullanıyor olabilir diye bu cihaz artık formu açmıyor.
left-again = Şimdi sürdür

expired-title = Bu bağlantının süresi doldu
expired-text = Güvenliğiniz için bağlantılar yalnızca birkaç gün çalışır. Yanıtlarınız kayıtlı. Devam etmek için { $company } ile iletişime geçip yeni bir bağlantı isteyin.
replaced-title = Daha yeni bir bağlantı var
replaced-text = { $company } size daha yeni bir bağlantı gönderdiği için bu bağlantı artık çalışmıyor. Yanıtlarınız kayıtlı. En yeni bağlantıyı kullanın ya da { $company } ile iletişime geçip başka bir bağlantı isteyin.
abandoned-title = Bu form şimdilik kapalı
abandoned-text = { $company } bazı bilgilerinizi düzeltmenizi istedi ve bir süredir sizden haber alamadı. Bu yüzden form şimdilik kapalı. Yanıtlarınız kayıtlı. Devam etmek için { $company } ile iletişime geçip yeni bir bağlantı isteyin.
submitted-title = Teşekkürler, bilgileriniz gönderildi
submitted-text = { $company } şimdi bilgilerinizi ve belgelerinizi inceleyecek, sonucu bildirmek ya da eksik bir şey varsa istemek için sizinle iletişime geçecek. Yapmanız gereken bir şey yok; bu sayfayı kapatabilirsiniz.
approved-title = Doğrulamanız tamamlandı
approved-text = { $company } bilgilerinizi inceledi ve kabul etti. Yapmanız gereken başka bir şey yok; bu sayfayı kapatabilirsiniz.
rejected-title = Doğrulamanız tamamlanamadı
rejected-text = { $company } gönderdiğiniz bilgileri doğrulayamadı. Bunun bir yanlışlık olduğunu düşünüyorsanız { $company } ile iletişime geçin. Yeniden deneyebilmeniz için size yeni bir bağlantı gönderebilirler.
offboarded-title = Bu form kapatıldı
offboarded-text = Artık { $company } müşterisi olmadığınız için doldurmanız gereken bir şey yok. Bunun bir yanlışlık olduğunu düşünüyorsanız { $company } ile iletişime geçin.
go-back = Geri dön: { $company }
questions = Sorunuz mu var? Bu bağlantıyı size gönderen { $company } ile iletişime geçin.
reference = Referans: { $reference }
reference-use = { $company } ile iletişime geçerseniz lütfen bu referansı belirtin.
unknown-link-title = Bu bağlantı çalışmıyor
unknown-link-text = Bağlantının bir bölümü eksik olabilir. Aldığınız mesajdan yeniden açın ya da tamamını kopyalayın. Yine çalışmazsa bağlantıyı gönderen şirketten yeni bir bağlantı isteyin.
no-pass-title = Bağlantınızı yeniden açın
no-pass-text = Bilgilerinizi korumak için bu form yalnızca bağlantınızdan açılır. Aldığınız mesajdaki bağlantıyı açın: yanıtlarınız kayıtlı. Bu sayfayı yeniden görürseniz bu site için çerezlere izin verin.
not-found-title = Sayfa bulunamadı
not-found-text = Bu sayfayı açtıktan sonra formdaki sorular değişmiş olabilir. Geri dönün ya da bağlantınızı yeniden açın. Yanıtlarınız kayıtlı.
failed-title = Bir sorun oluştu
failed-text = Sorun bizden kaynaklanıyor. Kaydettiğiniz her şey yerinde. Geri dönün ve biraz sonra yeniden deneyin.
cross-site-title = Bu isteği kabul edemedik
cross-site-text = Güvenliğiniz için yanıtlar yalnızca formun kendisinden gönderilebilir. Aldığınız mesajdaki bağlantıyı açıp yeniden deneyin.
too-fast-title = Lütfen bir dakika bekleyin
too-fast-text = Kısa sürede sizden çok fazla istek aldık. Kötüye kullanımı önlemek için dakika başına bir sınır vardır. Kaydettiğiniz her şey yerinde. Geri dönün ve bir dakika sonra yeniden deneyin.
incomplete-title = Yanıtlarınız eksiksiz ulaşmadı
incomplete-text = Bağlantı kesilmiş olabilir. Bu kez bu sayfadan hiçbir şey kaydedilmedi. Geri dönüp sayfayı yeniden gönderin.
too-long-title = Yanıtlarınız çok uzun
too-long-text = Bu sayfada çok fazla metin vardı ve bu kez hiçbiri kaydedilmedi. Geri dönün, yazdıklarınızı kısaltın ve sayfayı yeniden gönderin.

steps = Adımlar
steps-done = { $all } adımdan { $done } tanesi tamamlandı
step-done = Tamamlandı
step-of = Adım { $number } / { $all }
back = Geri
step-left = { $count ->
    [one] { $count } eksik kaldı
   *[other] { $count } eksik kaldı
}
step-details = Bilgileriniz
step-business = İşletme hakkında
step-address = Adres
step-identity = Kimlik belgesi
step-funds = Hesabı nasıl kullanacaksınız
step-people = İşletmenin sahipleri ve yöneticileri
step-documents = Belgeler
step-review = Gözden geçir ve gönder
step-ready = Göndermeye hazır
continue = Devam et
save-and-continue = Kaydet ve devam et
save-and-exit = Kaydet ve çık
optional = (isteğe bağlı)
choose = Seçin
choose-kept = Daha önce verildi (gizli)
countries-likely = Öneriler
countries-all = Tüm ülkeler
countries-open = Tüm ülkeleri göster
countries-found = Bulunan ülke sayısı: { $count }
countries-none = Bu ada veya koda sahip bir ülke yok. Başka bir yazım deneyin
countries-restored = Bu, listedeki bir ülke değil. Seçili kalan: { $country }
countries-cleared = Bu, listedeki bir ülke değil. Listeden birini seçin
yes = Evet
no = Hayır
day = Gün
month = Ay
year = Yıl
date = { $day } { $month } { $year }
date-month-first = { $day } { $month } { $year }
month-1 = Ocak
month-2 = Şubat
month-3 = Mart
month-4 = Nisan
month-5 = Mayıs
month-6 = Haziran
month-7 = Temmuz
month-8 = Ağustos
month-9 = Eylül
month-10 = Ekim
month-11 = Kasım
month-12 = Aralık
saved = Kaydedildi.
saved-over = Bu yanıt, başka bir cihazda kaydedilen yanıtın yerini aldı: { $time }.
saved-elsewhere = Başka bir cihazda kaydedildi: { $time }.
kept = Daha önce verildi: { $mask }. Gizliliğinizi korumak için gösterilmiyor. Aynı kalması için boş bırakın.
replaced = Kaydedildi. Bazı yanıtlarınız başka bir cihazda kaydedilenlerin yerini aldı.
errors = { $count ->
    [one] Bir sorun var
   *[other] { $count } sorun var
}

people-text = İşletmenin %25’ine ya da daha fazlasına sahip olan her kişiyi ve işletmeyi yöneten ya da kontrol eden her kişiyi, örneğin bir yöneticiyi, ekleyin.
people-none = Henüz kimseyi eklemediniz.
people-full = Daha fazla kişi ekleyemezsiniz. Önce birini kaldırın.
people-complete = { $name } için her şey tamam. Başka bir kişi ekleyin ya da devam edin.
people-shares = Yüzde 100’ün yüzde { $named } kadarı belirtildi
people-owns = Pay: % { $share }
people-owner = Ortak
people-controls = İşletmeyi kontrol ediyor
needed = Şunlar da gerekli:
needed-owner = { $name } yüzde 25 ya da fazlasına sahip olduğu için şunlar da gerekli:
needed-controller = { $name } işletmeyi kontrol ettiği için şunlar da gerekli:
needed-both = { $name } yüzde 25 ya da fazlasına sahip olduğu ve işletmeyi kontrol ettiği için şunlar da gerekli:
person-add = Kişi ekle
person-number = { $number }. kişi
person-remove = Bu kişiyi kaldır
person-remove-sure = Bu kişi hakkında girilen her şey silinecek.
person-remove-yes = Evet, kaldır

upload-hint = Fotoğraf ya da tarama (JPEG veya PNG) ya da PDF yükleyin; en fazla 10 MB.
example-whole = Dört köşesiyle birlikte tamamı görünsün
example-page = Fotoğraflı sayfa, son satırlarına kadar
example-sharp = Bulanık veya çok karanlık olmasın
example-glare = Parlama olmasın, üstünde bir şey durmasın
example-letter = Ad, adres ve tarih okunabilsin
upload-choose = Dosya seç
upload-another = Başka dosya seç
upload-camera = Fotoğraf çek
upload-send = Yükle
upload-none = Önce bir dosya seçin.
upload-again = Bu sayfadan daha önce başka bir dosya gönderdiniz. Lütfen dosyanızı yeniden seçin.
upload-refused = “{ $field }”: { $why }
upload-full = Daha fazla belge ekleyemezsiniz. Önce birini kaldırın.
upload-unsupported_file_type = Bu dosya JPEG, PNG ya da PDF değil. Başka bir dosya seçin ya da fotoğraf çekin.
upload-damaged_file = Bu dosya boş ya da bozuk olduğu için açılamıyor. Başka bir dosya seçin.
upload-infected_file = Virüs tarayıcımız bu dosyayı kabul etmedi. Başka bir dosya seçin ya da fotoğraf çekin.
upload-not_scanned = Bu dosya şu anda virüs taramasından geçirilemedi. Birkaç dakika sonra yeniden deneyin.
upload-payload_too_large = Bu dosya 10 MB’tan büyük. Daha küçük bir dosya seçin ya da fotoğraf çekin.
upload-heic = Bu bir HEIC resmi ve bu tarayıcı onu dönüştüremiyor. Burada fotoğraf çekin ya da JPEG, PNG veya PDF seçin.
upload-pixels = Bu resimde çok fazla piksel var. Daha küçük bir resim seçin ya da burada fotoğraf çekin.
upload-preparing = Resim hazırlanıyor…
upload-progress = Yükleniyor: %{ $percent }
upload-done = Yüklendi: { $name }
upload-broken = Dosya gönderilemedi: bağlantı üç kez koptu.
upload-try-again = Yeniden dene
upload-other = Farklı bir dosya seç
upload-cancel = İptal
upload-cancelled = Yükleme iptal edildi.
upload-waiting = Bir dosya hâlâ yükleniyor. Yükleme bitince devam edeceksiniz.
file-given = Dosya yüklendi
file-refused = Kabul edilmedi: { $why }
file-asked-again = Kabul edilmedi: yeni bir dosya gerekiyor
file-remove = Kaldır
file-remove-number = { $number }. dosyayı kaldır: { $document }
js-offline = Bağlantı yok. Yazdıklarınız burada duruyor ve yeniden çevrimiçi olduğunuzda kaydedilecek.
js-retry = Bağlantı koptu. Yeniden deneniyor…
js-sending = Yükleniyor…

review-left = { $count ->
    [one] Göndermeden önce bir eksik kaldı
   *[other] Göndermeden önce { $count } eksik kaldı
}
review-kept = Verildi ({ $mask })
review-changed = Bu sayfayı açtıktan sonra bir şey değişti. Lütfen yanıtlarınızı yeniden kontrol edin.
reveal-title = Daha önce verilenleri görün
reveal-individual = Bunların bir kısmı başka bir cihazda ya da { $company } tarafından verildi ve gizli. Görmek için doğum tarihinizi girin.
reveal-corporate = Bunların bir kısmı başka bir cihazda ya da { $company } tarafından verildi ve gizli. Görmek için işletmenin kuruluş tarihini girin.
reveal-show = Göster
reveal-wrong = { $count ->
    [one] Bu, bizdeki tarih değil. { $count } kez daha deneyebilirsiniz.
   *[other] Bu, bizdeki tarih değil. { $count } kez daha deneyebilirsiniz.
}
reveal-closed = Tarih çok kez yanlış girildi. Bu bağlantıyla daha önce verilenler gizli kalır. Hiçbir şey kaybolmadı.
reveal-never-title = Bunların bir kısmı gizli
reveal-never = Başka bir cihazda ya da { $company } tarafından verilenler, korunmaları için burada gösterilmez. Bir sayfa sorduğunda hâlâ doğru olduğunu onaylayın ya da yeniden verin.
keep-as-given = Bu hâlâ doğru
kept-confirmed = Bunu onayladınız.
change = Değiştir
truth-title = Beyanınız
truth-missing = Verdiklerinizin doğru ve eksiksiz olduğunu beyan etmek için kutuyu işaretleyin
picture-show = Resmi göster
review-share = % { $share }
review-control = İşletmeyi kontrol ediyor
consent-title = Onayınız
consent-true = Verdiklerim doğru ve eksiksizdir.
consent-use = { $company } bunları, yasanın gerektirdiği gibi beni ve adını verdiğim kişileri doğrulamak için kullanabilir ve yasanın gerektirdiği sürece saklayabilir.
consent-share = { $company } bunları, doğrulama için çalıştığı şirketlere kontrol ettirebilir.
consent-agree = Verilerimin bu şekilde kullanılmasını kabul ediyorum.
consent-missing = Verilerinizin kullanılmasını kabul etmek için kutuyu işaretleyin
submit = Gönder

wrong-unconfirmed = “{ $field }” bilgisinin hâlâ doğru olduğunu onaylayın ya da yeniden girin
wrong-unconfirmed-document = “{ $field }” dosyasının hâlâ doğru olduğunu onaylayın ya da yeniden yükleyin
wrong-too_long = “{ $field }” çok uzun. En fazla { $most } karakter kullanın
wrong-nul_character = “{ $field }” kaydedilemeyen bir karakter içeriyor. Silip yeniden yazın
wrong-invalid_date = { $field }: { $date } diye bir tarih yok. Günü ve ayı kontrol edin
wrong-other = “{ $field }” kabul edilemiyor. Kontrol edip yeniden girin
fault-in_the_future = { $field } gelecekte olamaz. Yılı kontrol edin
fault-too_young = En az 18 yaşında olmalısınız. “{ $field }” yanlışsa düzeltin
fault-no_amount = { $field }: Tutarı rakamla girin, örneğin 5000
fault-no_website = { $field }: Tam adresi girin, örneğin www.example.com
fault-no_share = { $field }: Her payı yüzde olarak girin, örneğin 33,3
fault-shares_too_many = { $field }: Payların toplamı %100’ü aşıyor. Her kişinin payını kontrol edin
fault-asked_again = Lütfen bunu kontrol edip yeniden girin: { $field }
fault-other_document = “{ $field }” için yüklenen dosya, belirttiğinizden farklı bir belgeyi gösteriyor. Belirttiğiniz belgeyi yükleyin ya da belge bilgilerini düzeltin
fault-needs_password = “{ $field }” için seçilen PDF parolayla korunuyor. Parolasız açılan bir kopya yükleyin
fault-unusable_picture = “{ $field }” için seçilen resim okunamayacak kadar küçük. Eni ve boyu en az 200 piksel olan bir resim yükleyin
missing = “{ $field }” alanını doldurun
missing-document = “{ $field }” için bir dosya yükleyin
missing-first_name = Adınızı kimlik belgenizde yazdığı gibi girin (soyadınız olmadan)
missing-person_first_name = Bu kişinin adını kimlik belgesinde yazdığı gibi girin (soyadı olmadan)
missing-last_name = Soyadınızı kimlik belgenizde yazdığı gibi girin
missing-person_last_name = Bu kişinin soyadını kimlik belgesinde yazdığı gibi girin
missing-birth_date = Doğum tarihinizi girin
missing-nationality = Uyruğunuzu seçin
missing-person_nationality = Bu kişinin uyruğunu seçin
missing-residential_address-country = Yaşadığınız ülkeyi seçin
missing-person_residential_address-country = Bu kişinin yaşadığı ülkeyi seçin
missing-business_address-country = İşletmenin kayıtlı olduğu ülkeyi seçin
missing-street_line_1 = Sokak adını ve kapı numarasını girin
missing-city = Şehri girin
missing-state = { $country ->
    [US] Eyaleti girin
    [TR] İli girin
   *[other] Eyaleti ya da ili girin
}
missing-postal_code = Posta kodunu girin
missing-id_document-type = Kimlik belgesinin türünü seçin
missing-id_document-number = Kimlik belgesinde yazan numarayı girin
missing-id_document-issuing_country = Belgeyi veren ülkeyi seçin
missing-tax_number-type = Vergi numarasının türünü seçin
missing-tax_number-number = Vergi numarasını girin
missing-tax_number-issuing_country = Vergi numarasını veren ülkeyi seçin
missing-id_document_front = { $document ->
    [passport] Pasaportunuzun fotoğraflı sayfasını yükleyin
    [driver_license] Sürücü belgenizin ön yüzünün fotoğrafını yükleyin
    [residence_permit] Oturma izninizin ön yüzünün fotoğrafını yükleyin
    [government_id] Kimlik kartınızın ön yüzünün fotoğrafını yükleyin
   *[other] Kimlik belgenizin ön yüzünün fotoğrafını yükleyin
}
missing-person_id_document_front = { $document ->
    [passport] Bu kişinin pasaportunun fotoğraflı sayfasını yükleyin
   *[other] Bu kişinin kimlik belgesinin ön yüzünün fotoğrafını yükleyin
}
missing-id_document_back = { $document ->
    [driver_license] Sürücü belgenizin arka yüzünün fotoğrafını yükleyin
    [residence_permit] Oturma izninizin arka yüzünün fotoğrafını yükleyin
    [government_id] Kimlik kartınızın arka yüzünün fotoğrafını yükleyin
   *[other] Kimlik belgenizin arka yüzünün fotoğrafını yükleyin
}
missing-person_id_document_back = Bu kişinin kimlik belgesinin arka yüzünün fotoğrafını yükleyin
missing-proof_of_address = Adınızı ve adresinizi gösteren bir fatura, banka ekstresi ya da resmî yazı yükleyin
missing-person_proof_of_address = Bu kişinin adını ve adresini gösteren bir fatura, banka ekstresi ya da resmî yazı yükleyin
missing-business_proof_of_address = İşletmenin adını ve adresini gösteren bir fatura, banka ekstresi ya da resmî yazı yükleyin
missing-business_legal_name = İşletmenin ticaret unvanını ticaret sicilinde yazdığı gibi girin
missing-registration_number = İşletmenin ticaret sicil numarasını girin
missing-formation_date = İşletmenin kurulduğu tarihi girin
missing-primary_website = Web sitesinin adresini girin, örneğin www.example.com
missing-business_description = İşletmenin ne yaptığını yazın
missing-business_formation = Kuruluş belgesini ya da ana sözleşmeyi yükleyin
missing-shareholder_registry = Ortaklar listesini yükleyin
missing-directors_registry = Yöneticiler listesini yükleyin
missing-controller = İşletmeyi kontrol eden en az bir kişi, örneğin bir yönetici, ekleyin
missing-has_ownership = Bu kişinin işletmede payı olup olmadığını belirtin
missing-ownership_percentage = Bu kişinin işletmedeki payını yüzde olarak girin
missing-has_control = Bu kişinin işletmeyi kontrol edip etmediğini belirtin
missing-account_purpose = Hesabı ne için kullanacağınızı seçin
missing-account_purpose_other = Hesabı ne için kullanacağınızı yazın
missing-expected_monthly_volume_usd = Her ay beklediğiniz tutarı ABD doları olarak girin
missing-source_of_funds_description = Paranın nereden geldiğini yazın
missing-proof_of_source_of_funds = Paranın nereden geldiğini gösteren bir belge yükleyin
missing-most_recent_occupation = Mesleğinizi girin
missing-employment_status = Çalışma durumunuzu seçin
missing-acting_as_intermediary = Başkası adına hareket edip etmediğinizi belirtin
missing-birth_country = Doğduğunuz ülkeyi seçin
none_given = Bu alanlardan en az birini doldurun: { $field }
none_given-legal_name = Adınızı kimlik belgenizde yazdığı gibi girin
none_given-person_legal_name = Bu kişinin adını kimlik belgesinde yazdığı gibi girin

wrong-date_unseen = Böyle bir tarih yok. “{ $field }” alanını kontrol edin
wrong-date_incomplete = Günü, ayı ve yılı girin: { $field }
wrong-date_numbers = Günü, ayı ve yılı rakamla girin: { $field }
wrong-date_year = { $field }: Yılı dört rakamla girin, örneğin 1990
wrong-date_month = { $field }: Ay, 1 ile 12 arasında bir sayı olmalı
wrong-date_day = { $field }: Gün, 1 ile 31 arasında bir sayı olmalı
fault-asked_again-document = Lütfen yeni bir dosya yükleyin: { $field }
wrong-other_calendar = { $calendar ->
    [persian] “{ $field }”, İran takvimine ait bir tarihe benziyor
    [thai] “{ $field }”, Tayland takvimine ait bir tarihe benziyor
    [either] “{ $field }”, İran takvimine veya hicri takvime ait bir tarihe benziyor
   *[other] “{ $field }”, hicri takvime ait bir tarihe benziyor
}
date-meant = { $date } mi demek istediniz?
date-use = { $date } tarihini kullan
wrong-long_ago = { $field }: Bu tarihin üzerinden 120 yıldan fazla geçmiş. Yılı kontrol edin
wrong-blank = “{ $field }” alanında görünen hiçbir karakter yok. Yeniden doldurun
wrong-no_letter = “{ $field }” en az bir harf içermeli
wrong-unseen = “{ $field }” alanında { $at }. sıradaki karakter görünmüyor. Bu alandaki her şeyi silip yeniden yazın
wrong-not_a_share = { $field }: 0 ile 100 arasında bir sayı yazın, örneğin 33,3

field-account_purpose = Hesabın amacı
field-account_purpose_other = Hesabın amacı, kendi sözlerinizle
field-acting_as_intermediary = Başkası adına mı hareket ediyorsunuz?
field-birth_country = Doğum ülkesi
field-birth_date = Doğum tarihi
field-business_address = İşletme adresi
field-business_description = İşletmenin faaliyeti
field-business_legal_name = Ticaret unvanı
field-city = Şehir
field-country = Ülke
field-employment_status = Çalışma durumu
field-expected_monthly_volume_usd = Her ay beklediğiniz tutar, ABD doları olarak
field-first_name = Ad
field-formation_date = Kuruluş tarihi
field-has_control = Bu kişi, örneğin yönetici olarak, işletmeyi kontrol ediyor mu?
field-has_ownership = Bu kişinin işletmede payı var mı?
field-id_document-issuing_country = Belgeyi veren ülke
field-id_document-number = Belge numarası
field-id_document-type = Belge türü
field-last_name = Soyadı
field-middle_name = İkinci ad
field-most_recent_occupation = Meslek
field-nationality = Uyruk
field-ownership_percentage = İşletmedeki pay (%)
field-postal_code = Posta kodu
field-primary_website = Web sitesi
field-registration_number = Sicil numarası
field-residential_address = Ev adresi
field-source_of_funds_description = Paranın kaynağı
field-state = { $country ->
    [TR] İl
   *[other] Eyalet ya da il
}
field-street_line_1 = Sokak ve kapı numarası
field-street_line_2 = Daire, kat, bina
field-tax_number = { $country ->
    [US] Sosyal güvenlik numarası (SSN) veya ITIN
   *[other] Vergi numarası
}
field-tax_number-type = Vergi numarasının türü

choice-passport = Pasaport
choice-driver_license = Sürücü belgesi
choice-residence_permit = Oturma izni
choice-government_id = Kimlik kartı
choice-state_or_provincial_id = Eyalet ya da il kimliği
choice-employed = Çalışan
choice-homemaker = Ev hanımı ya da ev erkeği
choice-retired = Emekli
choice-self_employed = Serbest çalışan
choice-student = Öğrenci
choice-unemployed = İşsiz
choice-charitable_donations = Bağışlar
choice-ecommerce_retail_payments = İnternet mağazası ödemeleri
choice-investment_purposes = Yatırım
choice-other = Başka bir şey
choice-payments_to_friends_or_family_abroad = Yurt dışındaki arkadaş ya da aileye ödemeler
choice-payroll = Maaşlar
choice-personal_or_living_expenses = Kişisel giderler ya da geçim
choice-protect_wealth = Birikimi korumak
choice-purchase_goods_and_services = Mal ve hizmet almak
choice-receive_payments_for_goods_and_services = Mal ve hizmet karşılığı ödeme almak
choice-third_party_money_transmission = Başkaları için para göndermek
choice-treasury_management = Bir şirketin parasını yönetmek

label-legal_name = Resmî ad ve soyadı
label-residential_address = Yaşadığınız yer
label-residential_state = Eyalet
label-id_document = Kimlik belgeniz
label-id_document_front = { $kind ->
    [passport] Pasaportun fotoğraflı sayfası
   *[other] Kimlik belgesinin resmi, ön yüz
}
label-id_document_back = Kimlik belgesi, arka yüz
label-business_tax_number = { $country ->
    [US] İşveren kimlik numarası (EIN)
   *[other] Vergi numarası
}
label-proof_of_address = Adres belgesi
label-business_formation = Kuruluş belgesi ya da ana sözleşme
label-shareholder_registry = Ortaklar listesi
label-directors_registry = Yöneticiler listesi
label-business_proof_of_address = İşletmenin adres belgesi
label-ownership = İşletmenin kime ait olduğu
label-controller = İşletmeyi kontrol eden bir kişi
label-person_address = Bu kişinin yaşadığı yer
label-person_id_document = Bu kişinin kimlik belgesi
label-person_proof_of_address = Bu kişinin adres belgesi
label-proof_of_source_of_funds = Paranın kaynağını gösteren belge

because-first_name = Kimlik belgesinde yazdığı gibi.
because-legal_name = Kimlik belgesinde yazdığı gibi. Tek bir ad varsa bir alanı doldurun, diğerini boş bırakın.
because-birth_date = Aynı adı taşıyan biriyle karıştırılmamanız için.
because-nationality = Bazı yasal kontroller buna bağlıdır.
because-residential_address = Ev adresi. Posta kutusu kabul edilmez.
because-residential_state = Amerika Birleşik Devletleri’ndeki her adreste eyalet bulunur.
because-id_document = Süresi dolmamış resmî bir belge kullanın.
because-id_document_front = Belgenin tamamı görünmeli; fotoğraf ve bütün yazılar net olmalı.
because-id_document_back = Kartların iki yüzünde de bilgi vardır; bu yüzden arka yüz de gerekir.
because-proof_of_address = Son üç aya ait, adı ve adresi gösteren bir fatura, banka ekstresi ya da resmî yazı.
because-tax_number = ABD yasaları bunu Amerika Birleşik Devletleri’nde yaşayanlardan ister.
because-business_legal_name = Ticaret sicilinde yazdığı gibi.
because-registration_number = İşletmenin ticaret sicilindeki numarası.
because-formation_date = Ticaret sicilinde yazdığı gibi.
because-business_address = İşletmenin kayıtlı adresi.
because-business_tax_number = ABD yasaları bunu Amerika Birleşik Devletleri’ndeki işletmelerden ister.
because-primary_website = Adres çalışıyor olmalı, örneğin www.example.com.
because-business_formation = İşletmenin yasal olarak kurulduğunu gösterir.
because-shareholder_registry = İşletmenin kime ait olduğunu gösterir.
because-directors_registry = İşletme adına kimin hareket ettiğini gösterir.
because-ownership = Her payı yüzde olarak girin. Toplam %100’ü aşamaz.
because-controller = Yasa, işletmeyi yöneten en az bir kişinin adını ister.
because-expected_volume = Bir tahmin yeterlidir. Daha büyük tutarlar için daha fazla bilgi gerekir.
because-source_of_funds = Yasa bunu büyük tutarlarda, bazı amaçlarda ve bazı ülkelerde ister. Örneğin: maaş, birikim ya da ev satışı.
because-proof_of_source_of_funds = Örneğin maaş bordrosu, satış sözleşmesi ya da banka ekstresi.
because-account_purpose_other = “Başka bir şey” seçtiniz. Birkaç kelimeyle açıklayın.
