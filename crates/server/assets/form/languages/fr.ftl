the-company = L’entreprise
language = Langue
language-choose = Changer
skip = Aller au contenu
footer = { $company } le demande pour remplir ses obligations légales. Ce que vous donnez est chiffré.
title-error = Erreur : { $title }

welcome-individual = { $company } vous demande de vérifier votre identité
welcome-corporate = { $company } vous demande de vérifier votre entreprise
welcome-text = La loi oblige { $company } à savoir qui sont ses clients. Les pages suivantes demandent ce qui est nécessaire.
welcome-again = { $company } a examiné ce que vous avez donné et a de nouveau besoin de quelque chose. Les pages suivantes disent de quoi.
welcome-time = Il faut environ dix minutes. Ayez vos documents sous la main.
welcome-saved = Tout est enregistré à mesure. Vous pouvez vous arrêter à tout moment et continuer plus tard, ici ou sur un autre appareil.
welcome-until = Ce lien est valable jusqu’au { $date }.
welcome-go = Commencer

overview-title = Votre vérification
overview-text = Voici les étapes. Prenez-les dans l’ordre que vous voulez ; tout est enregistré à mesure.
overview-again = { $company } a de nouveau besoin de quelque chose.
overview-go = Continuer
overview-review = Vérifier et envoyer
comment = Ce que dit { $company }
leave = M’arrêter ici et continuer plus tard
left-title = Vous avez quitté le formulaire
left-text = Tout est enregistré. Pour continuer, ouvrez le lien que vous avez reçu. Vous pouvez fermer cette page.

expired-title = Ce lien a expiré
expired-text = Les liens ne valent que quelques jours, pour qu’un lien perdu n’ouvre rien. Ce que vous avez donné est conservé. Pour continuer, demandez un nouveau lien à { $company }.
replaced-title = Il y a un lien plus récent
replaced-text = { $company } vous a envoyé depuis un autre lien ; celui-ci n’ouvre plus rien. Ce que vous avez donné est conservé. Prenez le lien le plus récent ou demandez-en un autre à { $company }.
submitted-title = Merci : tout est là
submitted-text = { $company } l’examine. Vous n’avez rien à faire ; on vous donnera des nouvelles.
approved-title = Vous êtes vérifié
approved-text = { $company } vous a vérifié. Il n’y a plus rien à faire.
rejected-title = La vérification n’a pas abouti
rejected-text = { $company } n’a pas pu vérifier ce que vous avez donné. Si vous pensez que c’est une erreur, demandez à { $company } : on peut recommencer et vous envoyer un nouveau lien.
offboarded-title = Il n’y a rien à faire ici
offboarded-text = Votre relation avec { $company } est terminée. Si vous pensez que c’est une erreur, renseignez-vous auprès d’elle.
go-back = Retourner chez { $company }
questions = Des questions ? Écrivez à { $company }, qui vous a envoyé ce lien.
unknown-link-title = Ce lien ne mène nulle part
unknown-link-text = Il a peut-être été coupé en le copiant : ouvrez-le de nouveau depuis le message où vous l’avez reçu. Si cela ne suffit pas, demandez un nouveau lien à l’entreprise qui l’a envoyé.
no-pass-title = Ouvrez de nouveau votre lien
no-pass-text = Cet appareil n’est pas entré dans le formulaire, ou l’a quitté. Ouvrez le lien depuis le message où vous l’avez reçu ; ce que vous avez donné est conservé. Le formulaire a besoin de cookies : autorisez-les pour ce site.
not-found-title = Cette page n’existe pas
not-found-text = Ce qui vous est demandé a peut-être changé. Revenez en arrière ou ouvrez de nouveau votre lien : ce que vous avez donné est conservé.
failed-title = Quelque chose n’a pas marché de notre côté
failed-text = Ce qui a été enregistré avant est conservé. Revenez en arrière et réessayez dans un instant.
cross-site-title = Ceci ne venait pas de notre page
cross-site-text = Pour votre sécurité, ce n’a pas été pris. Ouvrez le lien depuis le message où vous l’avez reçu et réessayez là.
too-fast-title = C’était beaucoup à la fois
too-fast-text = Pour que personne n’abuse d’un lien, on n’accepte qu’une certaine quantité par minute. Ce qui est enregistré est conservé. Revenez en arrière et réessayez dans une minute.
too-many-title = Il y en a trop
too-many-text = On ne peut plus ajouter de personnes ou de documents. Revenez en arrière et enlevez-en d’abord un.

steps = Étapes
steps-done = { $done } étapes sur { $all } terminées
step-done = Terminé
step-left = { $count ->
    [one] Il reste 1 chose
   *[other] Il reste { $count } choses
}
step-details = Vous
step-business = L’entreprise
step-address = Adresse
step-identity = Pièce d’identité
step-funds = Usage du compte
step-people = Propriétaires et dirigeants
step-documents = Documents
step-review = Vérifier et envoyer
continue = Continuer
save-and-continue = Enregistrer et continuer
optional = (facultatif)
choose = Choisir
choose-kept = Déjà donné ; masqué
countries-likely = Suggestions
countries-all = Tous les pays
countries-open = Afficher tous les pays
countries-found = Pays trouvés : { $count }
countries-none = Aucun pays n’a ce nom ou ce code. Essayez une autre orthographe
countries-restored = Ce n’est pas un pays de la liste. Le choix reste : { $country }
countries-cleared = Ce n’est pas un pays de la liste. Choisissez-en un dans la liste
yes = Oui
no = Non
day = Jour
month = Mois
year = Année
date = { $day } { $month } { $year }
date-month-first = { $day } { $month } { $year }
month-1 = janvier
month-2 = février
month-3 = mars
month-4 = avril
month-5 = mai
month-6 = juin
month-7 = juillet
month-8 = août
month-9 = septembre
month-10 = octobre
month-11 = novembre
month-12 = décembre
saved = Enregistré.
saved-over = Cela remplace ce qu’un autre appareil a enregistré le { $time }.
saved-elsewhere = Enregistré sur un autre appareil le { $time }.
kept = Déjà donné : { $mask }. C’est masqué ici pour le protéger ; laissez vide pour le garder.
replaced = Enregistré. Une partie remplace ce qu’un autre appareil avait enregistré.
errors = { $count ->
    [one] Il y a un problème
   *[other] Il y a { $count } problèmes
}

people-text = Ajoutez toutes les personnes qui possèdent 25 % ou plus de l’entreprise et toutes celles qui la contrôlent, comme les dirigeants.
people-none = Personne n’a encore été ajouté.
person-add = Ajouter une personne
person-number = Personne { $number }
person-remove = Enlever cette personne
person-remove-sure = Ce qui a été donné sur cette personne sera supprimé.
person-remove-yes = Oui, enlever

upload-hint = JPEG, PNG ou PDF, 10 Mo au plus. Tout doit être lisible.
upload-choose = Choisir un fichier
upload-another = Choisir un autre fichier
upload-camera = Prendre une photo
upload-send = Envoyer
upload-none = Choisissez d’abord un fichier.
upload-again = Cette page avait déjà envoyé un autre fichier. Choisissez de nouveau le fichier.
upload-unsupported_file_type = Ce n’est ni un JPEG, ni un PNG, ni un PDF. Choisissez un autre fichier ou prenez une photo.
upload-damaged_file = Ce fichier est abîmé ou vide. Choisissez-en un autre.
upload-payload_too_large = Ce fichier dépasse 10 Mo. Choisissez-en un plus petit.
file-given = Un fichier a été donné
file-remove = Enlever
file-remove-number = Enlever le fichier { $number } : { $document }
js-offline = Pas de connexion. Ce que vous avez écrit est toujours là et sera enregistré dès que la connexion reviendra.
js-retry = La connexion s’est interrompue. Nouvel essai…
js-sending = Envoi en cours…

review-left = { $count ->
    [one] Il reste une chose avant de pouvoir envoyer
   *[other] Il reste { $count } choses avant de pouvoir envoyer
}
review-kept = Donné ({ $mask })
review-files = { $count ->
    [one] { $count } fichier
   *[other] { $count } fichiers
}
review-changed = Quelque chose a changé depuis que cette page a été affichée. Regardez-la de nouveau.
change = Modifier
consent-title = Votre accord
consent-true = Ce que j’ai donné est vrai et complet.
consent-use = { $company } peut s’en servir pour me vérifier, ainsi que les personnes que j’ai nommées, comme la loi l’exige, et le garder aussi longtemps que la loi l’exige.
consent-share = { $company } peut le faire contrôler par les entreprises auxquelles elle recourt pour la vérification.
consent-agree = Je suis d’accord
consent-missing = Cochez la case pour donner votre accord
submit = Envoyer

wrong-missing = Il manque quelque chose ici
wrong-none_given = Remplissez au moins un de ces champs
wrong-too_long = Il y a plus de { $most } caractères
wrong-nul_character = Il y a un caractère qui ne peut pas être enregistré
wrong-invalid_date = Cette date n’existe pas
wrong-unknown_country = Choisissez un pays de la liste
wrong-unknown_value = Choisissez dans la liste
wrong-wrong_type = Choisissez oui ou non
wrong-other_calendar = { $calendar ->
    [persian] Cela ressemble à une date du calendrier persan
    [thai] Cela ressemble à une date du calendrier thaïlandais
    [either] Cela ressemble à une date du calendrier persan ou hégirien
   *[other] Cela ressemble à une date du calendrier hégirien
}
date-meant = Vouliez-vous dire le { $date } ?
date-use = Utiliser le { $date }
wrong-long_ago = Cette date remonte à plus de 120 ans. Vérifiez l’année
wrong-blank = Écrivez ceci avec des lettres ou des chiffres visibles ; un nom contient au moins une lettre
wrong-unseen = Le caractère à la position { $at } est invisible. Effacez tout dans ce champ et saisissez-le à nouveau
wrong-not_a_share = Écrivez la part comme un nombre de 0 à 100, par exemple 33,3
wrong-other = Ceci ne peut pas être pris tel quel
fault-in_the_future = C’est dans le futur
fault-too_young = Vous devez avoir au moins 18 ans
fault-no_amount = Ce n’est pas un montant. Écrivez un nombre, comme 5000
fault-no_website = Ce n’est pas l’adresse d’un site web
fault-no_share = Une des parts n’est pas un pourcentage. Écrivez un nombre, comme 33.3
fault-shares_too_many = Les parts font plus de 100 pour cent
fault-asked_again = Merci de le donner de nouveau
fault-other_document = Ceci montre un autre document que celui que vous avez indiqué
fault-needs_password = Ce PDF ne s’ouvre qu’avec un mot de passe. Donnez-en un qui s’ouvre sans
fault-unusable_picture = Cette image est trop petite pour être lue. Donnez-en une d’au moins 200 pixels de côté

field-account_purpose = But du compte
field-account_purpose_other = À quoi sert le compte
field-acting_as_intermediary = Agissez-vous pour quelqu’un d’autre ?
field-birth_country = Pays de naissance
field-birth_date = Date de naissance
field-business_address = Adresse de l’entreprise
field-business_description = Ce que fait l’entreprise
field-business_legal_name = Dénomination sociale
field-city = Ville
field-country = Pays
field-employment_status = Situation professionnelle
field-expected_monthly_volume_usd = Volume mensuel prévu en dollars américains
field-first_name = Prénom
field-formation_date = Date de création
field-has_control = Cette personne contrôle-t-elle l’entreprise, par exemple comme dirigeante ?
field-has_ownership = Cette personne possède-t-elle une part de l’entreprise ?
field-id_document-issuing_country = Pays qui l’a délivré
field-id_document-number = Numéro du document
field-id_document-type = Type de document
field-last_name = Nom
field-middle_name = Deuxième prénom
field-most_recent_occupation = Profession
field-nationality = Nationalité
field-ownership_percentage = Part en pour cent
field-postal_code = Code postal
field-primary_website = Site web
field-registration_number = Numéro d’immatriculation
field-residential_address = Adresse du domicile
field-source_of_funds_description = D’où vient l’argent
field-state = État ou province
field-street_line_1 = Numéro et rue
field-street_line_2 = Appartement, étage, bâtiment
field-tax_number = { $country ->
    [US] Numéro de sécurité sociale (SSN) ou ITIN
   *[other] Numéro fiscal
}
field-tax_number-type = Type de numéro

choice-passport = Passeport
choice-driver_license = Permis de conduire
choice-residence_permit = Titre de séjour
choice-government_id = Carte nationale d’identité
choice-state_or_provincial_id = Carte d’identité d’un État ou d’une province
choice-employed = Salarié
choice-homemaker = Au foyer
choice-retired = Retraité
choice-self_employed = Indépendant
choice-student = Étudiant
choice-unemployed = Sans emploi
choice-charitable_donations = Dons
choice-ecommerce_retail_payments = Paiements d’une boutique en ligne
choice-investment_purposes = Placements
choice-other = Autre chose
choice-payments_to_friends_or_family_abroad = Paiements à des proches à l’étranger
choice-payroll = Salaires
choice-personal_or_living_expenses = Dépenses personnelles ou courantes
choice-protect_wealth = Protéger des économies
choice-purchase_goods_and_services = Acheter des biens et services
choice-receive_payments_for_goods_and_services = Être payé pour des biens et services
choice-third_party_money_transmission = Envoyer de l’argent pour d’autres
choice-treasury_management = Gérer la trésorerie d’une entreprise

label-legal_name = Nom officiel
label-residential_address = Où vous habitez
label-residential_state = État
label-id_document = Votre pièce d’identité
label-business_tax_number = { $country ->
    [US] Numéro d’identification d’employeur (EIN)
   *[other] Numéro fiscal
}
label-id_document_front = { $kind ->
    [passport] Page du passeport avec la photo
   *[other] Photo de la pièce d’identité, recto
}
label-id_document_back = Photo de la pièce d’identité, verso
label-proof_of_address = Justificatif de domicile
label-business_formation = Statuts ou certificat de constitution
label-shareholder_registry = Registre des actionnaires
label-directors_registry = Registre des dirigeants
label-business_proof_of_address = Justificatif d’adresse de l’entreprise
label-ownership = Parts des propriétaires
label-controller = Au moins une personne qui contrôle
label-person_address = Où cette personne habite
label-person_id_document = Pièce d’identité de cette personne
label-person_proof_of_address = Justificatif de domicile de cette personne
label-proof_of_source_of_funds = Justificatif de l’origine de l’argent

because-first_name = Comme sur la pièce d’identité.
because-legal_name = Comme sur la pièce d’identité. S’il n’y a qu’un seul nom, remplissez un des champs et laissez l’autre vide.
because-birth_date = Elle distingue des personnes du même nom.
because-nationality = Certaines lois en dépendent.
because-residential_address = Pas de boîte postale.
because-residential_state = Les adresses aux États-Unis nomment un État.
because-id_document = Un document officiel en cours de validité.
because-id_document_front = Elle prouve l’identité.
because-id_document_back = Tous sauf les passeports ont quelque chose au verso.
because-proof_of_address = Une facture, un relevé bancaire ou un courrier officiel des trois derniers mois avec nom et adresse.
because-tax_number = Les résidents des États-Unis sont déclarés avec ce numéro.
because-business_legal_name = Comme au registre.
because-registration_number = Il désigne l’entreprise dans son registre.
because-formation_date = Elle est comparée au registre.
because-business_address = Où l’entreprise est enregistrée.
because-business_tax_number = Les entreprises des États-Unis sont déclarées avec ce numéro.
because-primary_website = Ce qui est donné doit mener quelque part.
because-business_formation = Cela prouve que l’entreprise existe.
because-shareholder_registry = Cela prouve à qui est l’entreprise.
because-directors_registry = Cela prouve qui agit pour l’entreprise.
because-ownership = Les parts sont des pourcentages, 100 au plus en tout.
because-controller = Quelqu’un agit pour l’entreprise, et on sait qui.
because-expected_volume = On demande davantage à ceux qui déplacent davantage.
because-source_of_funds = C’est demandé pour de grands volumes, certains buts et certains pays.
because-proof_of_source_of_funds = Par exemple une fiche de paie, un contrat de vente ou un relevé bancaire.
because-account_purpose_other = Vous avez indiqué autre chose.
