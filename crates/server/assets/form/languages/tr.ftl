the-company = Şirket
language = Dil
language-choose = Değiştir
skip = İçeriğe geç
footer = { $company } bunu yasal yükümlülüklerini yerine getirmek için ister. Verdikleriniz şifrelenir.
title-error = Hata: { $title }

welcome-individual = { $company } kimliğinizi doğrulamanızı istiyor
welcome-corporate = { $company } işletmenizi doğrulamanızı istiyor
welcome-text = { $company } yasa gereği müşterilerinin kim olduğunu bilmek zorundadır. Sonraki sayfalarda gerekenleri verirsiniz.
welcome-again = { $company } verdiklerinize baktı ve bir şeye yeniden ihtiyaç duyuyor. Sonraki sayfalar ne olduğunu söyler.
welcome-time = Yaklaşık on dakika sürer. Belgelerinizi hazır bulundurun.
welcome-saved = Yazdıkça her şey kaydedilir. İstediğiniz an durup daha sonra burada ya da başka bir cihazda sürdürebilirsiniz.
welcome-until = Bu bağlantı { $date } tarihine kadar geçerlidir.
welcome-go = Başla

overview-title = Doğrulamanız
overview-text = Adımlar bunlardır. İstediğiniz sırayla yapın; her şey kaydedilir.
overview-again = { $company } bir şeye yeniden ihtiyaç duyuyor.
overview-go = Devam et
overview-review = Gözden geçir ve gönder
comment = { $company } ne diyor
leave = Burada dur, daha sonra sürdür
left-title = Formdan çıktınız
left-text = Her şey kaydedildi. Sürdürmek için size gönderilen bağlantıyı açın. Bu sayfayı kapatabilirsiniz.

expired-title = Bu bağlantının süresi doldu
expired-text = Kaybolan bir bağlantı hiçbir şey açmasın diye bağlantılar yalnızca birkaç gün geçerlidir. Verdikleriniz saklanıyor. Sürdürmek için { $company } şirketinden yeni bir bağlantı isteyin.
replaced-title = Daha yeni bir bağlantı var
replaced-text = { $company } size o zamandan beri daha yeni bir bağlantı gönderdi; bu artık bir şey açmıyor. Verdikleriniz saklanıyor. En yeni bağlantıyı kullanın ya da başka bir bağlantı isteyin.
submitted-title = Teşekkürler: her şey tamam
submitted-text = { $company } inceliyor. Yapmanız gereken bir şey yok; size haber verilecek.
approved-title = Doğrulandınız
approved-text = { $company } sizi doğruladı. Yapılacak başka bir şey yok.
rejected-title = Doğrulanamadı
rejected-text = { $company } verdiklerinizi doğrulayamadı. Bunun bir yanlışlık olduğunu düşünüyorsanız { $company } ile görüşün: yeniden başlatıp size yeni bir bağlantı gönderebilir.
offboarded-title = Burada yapılacak bir şey yok
offboarded-text = { $company } ile ilişkiniz sona erdi. Bunun bir yanlışlık olduğunu düşünüyorsanız onlara sorun.
go-back = { $company } sayfasına dön
questions = Sorunuz mu var? Bu bağlantıyı gönderen { $company } ile yazışın.
unknown-link-title = Bu bağlantı bir yere götürmüyor
unknown-link-text = Belki kopyalanırken kesildi: aldığınız iletiden yeniden açın. Olmazsa gönderen şirketten yeni bir bağlantı isteyin.
no-pass-title = Bağlantınızı yeniden açın
no-pass-text = Bu cihaz forma girmedi ya da formdan çıktı. Bağlantıyı aldığınız iletiden açın; verdikleriniz saklanıyor. Formun çerezlere ihtiyacı var: bu site için izin verin.
not-found-title = Böyle bir sayfa yok
not-found-text = Sizden istenen değişmiş olabilir. Geri dönün ya da bağlantınızı yeniden açın: verdikleriniz saklanıyor.
failed-title = Bizim tarafımızda bir sorun oldu
failed-text = Önce kaydedilenler saklanıyor. Geri dönün ve birazdan yeniden deneyin.
cross-site-title = Bu bizim sayfamızdan gelmedi
cross-site-text = Güvenliğiniz için kabul edilmedi. Bağlantıyı aldığınız iletiden açın ve orada yeniden deneyin.
too-fast-title = Bu bir seferde çok fazlaydı
too-fast-text = Kimse bir bağlantıyı kötüye kullanmasın diye dakikada yalnızca belirli bir miktar kabul edilir. Kaydedilenler saklanıyor. Geri dönün ve bir dakika sonra yeniden deneyin.
too-many-title = Sayı çok fazla
too-many-text = Daha fazla kişi ya da belge eklenemez. Geri dönün ve önce birini kaldırın.

steps = Adımlar
steps-done = { $all } adımdan { $done } tanesi tamam
step-done = Tamam
step-left = { $count ->
    [one] { $count } eksik kaldı
   *[other] { $count } eksik kaldı
}
step-details = Hakkınızda
step-business = İşletme hakkında
step-address = Adres
step-identity = Kimlik belgesi
step-funds = Hesabın kullanımı
step-people = Sahipler ve yöneticiler
step-documents = Belgeler
step-review = Gözden geçir ve gönder
continue = Devam et
save-and-continue = Kaydet ve devam et
optional = (isteğe bağlı)
choose = Seçin
choose-kept = Verildi; gizli
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
saved-over = Başka bir cihazın kaydettiğinin yerini aldı: { $time }.
saved-elsewhere = Başka bir cihazda kaydedildi: { $time }.
kept = Verildi: { $mask }. Korumak için burada gizlidir; kalsın istiyorsanız boş bırakın.
replaced = Kaydedildi. Bir kısmı başka bir cihazın kaydettiğinin yerini aldı.
errors = { $count ->
    [one] Bir sorun var
   *[other] { $count } sorun var
}

people-text = İşletmenin yüzde 25 ya da daha fazlasına sahip olan herkesi ve yöneticiler gibi onu kontrol eden herkesi ekleyin.
people-none = Henüz kimse eklenmedi.
person-add = Kişi ekle
person-number = { $number }. kişi
person-remove = Bu kişiyi kaldır
person-remove-sure = Bu kişi hakkında verilenler silinecek.
person-remove-yes = Evet, kaldır

upload-hint = JPEG, PNG ya da PDF, en çok 10 MB. Her şey okunabilir olmalı.
upload-choose = Dosya seç
upload-another = Başka dosya seç
upload-camera = Fotoğraf çek
upload-send = Yükle
upload-none = Önce bir dosya seçin.
upload-again = Bu sayfa daha önce başka bir dosya göndermişti. Dosyayı yeniden seçin.
upload-unsupported_file_type = Bu ne JPEG, ne PNG, ne de PDF. Başka bir dosya seçin ya da fotoğraf çekin.
upload-damaged_file = Bu dosya bozuk ya da boş. Başka bir dosya seçin.
upload-payload_too_large = Bu dosya 10 MB’tan büyük. Daha küçüğünü seçin.
file-given = Bir dosya verildi
file-remove = Kaldır
file-remove-number = { $number }. dosyayı kaldır: { $document }
js-offline = Bağlantı yok. Yazdıklarınız burada duruyor ve bağlantı gelir gelmez kaydedilecek.
js-retry = Bağlantı koptu. Yeniden deneniyor…
js-sending = Yükleniyor…

review-left = { $count ->
    [one] Göndermeden önce bir eksik kaldı
   *[other] Göndermeden önce { $count } eksik kaldı
}
review-kept = Verildi ({ $mask })
review-files = { $count ->
    [one] { $count } dosya
   *[other] { $count } dosya
}
review-changed = Bu sayfa gösterildiğinden beri bir şey değişti. Lütfen yeniden bakın.
change = Değiştir
consent-title = Onayınız
consent-true = Verdiklerim doğru ve eksiksizdir.
consent-use = { $company } bunları, yasanın gerektirdiği gibi beni ve adını verdiğim kişileri doğrulamak için kullanabilir ve yasanın gerektirdiği sürece saklayabilir.
consent-share = { $company } bunları, doğrulama için çalıştığı şirketlere kontrol ettirebilir.
consent-agree = Kabul ediyorum
consent-missing = Kabul etmek için kutuyu işaretleyin
submit = Gönder

wrong-missing = Bu eksik
wrong-none_given = Bu alanlardan en az birini doldurun
wrong-too_long = { $most } karakterden uzun
wrong-nul_character = Saklanamayan bir karakter içeriyor
wrong-invalid_date = Takvimde böyle bir tarih yok
wrong-unknown_country = Listeden bir ülke seçin
wrong-unknown_value = Listeden birini seçin
wrong-wrong_type = Evet ya da hayırı seçin
wrong-other_calendar = { $calendar ->
    [persian] Bu, İran takvimine ait bir tarihe benziyor
    [thai] Bu, Tayland takvimine ait bir tarihe benziyor
    [either] Bu, İran takvimine veya hicri takvime ait bir tarihe benziyor
   *[other] Bu, hicri takvime ait bir tarihe benziyor
}
date-meant = { $date } mi demek istediniz?
date-use = { $date } tarihini kullan
wrong-long_ago = Bu tarihin üzerinden 120 yıldan fazla geçmiş. Yılı kontrol edin
wrong-blank = Bunu görünen harf veya rakamlarla yazın; bir adda en az bir harf bulunur
wrong-unseen = { $at }. sıradaki karakter görünmüyor. Bu alandaki her şeyi silip yeniden yazın
wrong-not_a_share = Payı 0 ile 100 arasında bir sayı olarak yazın, örneğin 33,3
wrong-other = Bu haliyle alınamıyor
fault-in_the_future = Bu gelecekte
fault-too_young = En az 18 yaşında olmalısınız
fault-no_amount = Bu bir tutar değil. 5000 gibi bir sayı yazın
fault-no_website = Bu bir web sitesi adresi değil
fault-no_share = Paylardan biri yüzde değil. 33.3 gibi bir sayı yazın
fault-shares_too_many = Payların toplamı yüzde 100’ü aşıyor
fault-asked_again = Lütfen bunu yeniden verin
fault-other_document = Bu, belirttiğiniz belgeden başka bir belgeyi gösteriyor
fault-needs_password = Bu PDF yalnızca parolayla açılıyor. Parolasız açılan bir dosya verin
fault-unusable_picture = Bu resim okunamayacak kadar küçük. Her kenarı en az 200 piksel olan bir resim verin

field-account_purpose = Hesabın amacı
field-account_purpose_other = Hesap ne için
field-acting_as_intermediary = Başkası adına mı hareket ediyorsunuz?
field-birth_country = Doğum ülkesi
field-birth_date = Doğum tarihi
field-business_address = İşletme adresi
field-business_description = İşletme ne yapıyor
field-business_legal_name = Ticaret unvanı
field-city = Şehir
field-country = Ülke
field-employment_status = Çalışma durumu
field-expected_monthly_volume_usd = ABD doları olarak beklenen aylık hacim
field-first_name = Ad
field-formation_date = Kuruluş tarihi
field-has_control = Bu kişi, örneğin yönetici olarak, işletmeyi kontrol ediyor mu?
field-has_ownership = Bu kişi işletmenin bir payına sahip mi?
field-id_document-issuing_country = Veren ülke
field-id_document-number = Belge numarası
field-id_document-type = Belge türü
field-last_name = Soyadı
field-middle_name = İkinci ad
field-most_recent_occupation = Meslek
field-nationality = Uyruk
field-ownership_percentage = Yüzde olarak pay
field-postal_code = Posta kodu
field-primary_website = Web sitesi
field-registration_number = Sicil numarası
field-residential_address = Ev adresi
field-source_of_funds_description = Para nereden geliyor
field-state = Eyalet ya da il
field-street_line_1 = Sokak ve numara
field-street_line_2 = Daire, kat, bina
field-tax_number = { $country ->
    [US] Sosyal güvenlik numarası (SSN) veya ITIN
   *[other] Vergi numarası
}
field-tax_number-type = Numara türü

choice-passport = Pasaport
choice-driver_license = Sürücü belgesi
choice-residence_permit = Oturma izni
choice-government_id = Kimlik kartı
choice-state_or_provincial_id = Eyalet ya da il kimliği
choice-employed = Çalışan
choice-homemaker = Ev işleri
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

label-legal_name = Resmî ad
label-residential_address = Nerede oturuyorsunuz
label-residential_state = Eyalet
label-id_document = Kimlik belgeniz
label-business_tax_number = { $country ->
    [US] İşveren kimlik numarası (EIN)
   *[other] Vergi numarası
}
label-id_document_front = { $kind ->
    [passport] Pasaportun fotoğraflı sayfası
   *[other] Kimlik belgesinin resmi, ön yüz
}
label-id_document_back = Kimlik belgesinin resmi, arka yüz
label-proof_of_address = Adres belgesi
label-business_formation = Kuruluş belgesi ya da ana sözleşme
label-shareholder_registry = Ortaklar kaydı
label-directors_registry = Yöneticiler kaydı
label-business_proof_of_address = İşletmenin adres belgesi
label-ownership = Sahiplerin payları
label-controller = Kontrolü olan en az bir kişi
label-person_address = Bu kişi nerede oturuyor
label-person_id_document = Bu kişinin kimlik belgesi
label-person_proof_of_address = Bu kişinin adres belgesi
label-proof_of_source_of_funds = Paranın kaynağının belgesi

because-first_name = Kimlik belgesindeki gibi.
because-legal_name = Kimlik belgesindeki gibi. Tek bir ad varsa alanlardan birini doldurun, diğerini boş bırakın.
because-birth_date = Aynı adlı kişiler bununla ayırt edilir.
because-nationality = Bazı yasalar buna bağlıdır.
because-residential_address = Posta kutusu değil.
because-residential_state = Amerika Birleşik Devletleri adresleri bir eyalet adı içerir.
because-id_document = Süresi dolmamış resmi bir belge.
because-id_document_front = Kimliği kanıtlar.
because-id_document_back = Pasaport dışındaki belgelerin arkasında da bilgi vardır.
because-proof_of_address = Son üç aydan, adı ve adresi gösteren bir fatura, hesap özeti ya da resmi yazı.
because-tax_number = Amerika Birleşik Devletleri’nde oturanlar bununla bildirilir.
because-business_legal_name = Sicildeki gibi.
because-registration_number = İşletmeyi sicilinde gösterir.
because-formation_date = Sicille karşılaştırılır.
because-business_address = İşletmenin kayıtlı olduğu yer.
because-business_tax_number = Amerika Birleşik Devletleri işletmeleri bununla bildirilir.
because-primary_website = Verilen bir yere götürmelidir.
because-business_formation = İşletmenin var olduğunu kanıtlar.
because-shareholder_registry = İşletmenin kime ait olduğunu kanıtlar.
because-directors_registry = İşletme adına kimin hareket ettiğini kanıtlar.
because-ownership = Paylar yüzdedir ve toplamları 100’ü aşmaz.
because-controller = İşletme adına biri hareket eder ve bilinir.
because-expected_volume = Daha çok hareket ettirenden daha çok şey istenir.
because-source_of_funds = Büyük hacimlerde, bazı amaçlarda ve bazı ülkelerde istenir.
because-proof_of_source_of_funds = Örneğin maaş bordrosu, satış sözleşmesi ya da hesap özeti.
because-account_purpose_other = Başka bir şey için olduğunu belirttiniz.
