the-company = L’entreprise
language = Langue
skip = Aller au contenu
footer = { $company } doit légalement demander ces informations. Elles sont enregistrées sous forme chiffrée.
title-error = Erreur : { $title }

welcome-individual = { $company } vous demande de vérifier votre identité
welcome-corporate = { $company } vous demande de vérifier votre entreprise
welcome-text = { $company } doit légalement vérifier qui sont ses clients. Sur les pages suivantes, saisissez vos informations et envoyez les documents nécessaires.
welcome-again = { $company } a examiné votre dossier et vous demande d’en revoir une partie. La page suivante indique ce qu’il faut modifier.
welcome-minutes = Il faut environ { $minutes } minutes.
welcome-saved = Vos réponses sont enregistrées au fur et à mesure. Vous pouvez vous arrêter à tout moment et reprendre plus tard, sur cet appareil ou sur un autre.
welcome-until = Ce lien fonctionne jusqu’au { $date }.
welcome-go = Commencer
ready-title = Ayez ceci sous la main
ready-id_document = Votre pièce d’identité, par exemple un passeport ou une carte d’identité
ready-person_id_document = Une pièce d’identité de chaque propriétaire et dirigeant
ready-person_proof_of_address = Un justificatif de domicile de chaque propriétaire et dirigeant
company-legal = { $legal } est responsable de vos données.
company-privacy = Politique de confidentialité de { $company }
company-terms = Conditions de { $company }
company-support = Obtenir de l’aide auprès de { $company }
review-takes = { $company } met en général { $time } à se décider.
time-minutes = { $count ->
    [one] 1 minute
   *[other] { $count } minutes
}
time-hours = { $count ->
    [one] 1 heure
   *[other] { $count } heures
}
time-days = { $count ->
    [one] 1 jour
   *[other] { $count } jours
}
time-working-days = { $count ->
    [one] 1 jour ouvré
   *[other] { $count } jours ouvrés
}

overview-title = Votre vérification
overview-text = Complétez ces étapes dans l’ordre de votre choix. Vos réponses sont enregistrées au fur et à mesure.
overview-again = { $company } vous demande de revoir une partie de votre dossier.
overview-go = Continuer
overview-review = Vérifier et envoyer
comment = Message de { $company }
correct = C’est correct ainsi
correct-why = Pourquoi est-ce correct ?
correct-hint = { $company } lira votre raison. Avec elle, vous n’avez pas à le donner de nouveau.
correct-kept = Vous avez donné une raison, masquée ici. Laissez ce champ vide pour la garder.
leave = Enregistrer et quitter
exit-saved = Tout est enregistré. Vous pouvez fermer cette page et continuer plus tard avec le même lien.
left-title = Vous avez quitté le formulaire
left-text = Vos réponses sont enregistrées. Pour continuer, ouvrez le lien que vous avez reçu. Vous pouvez fermer cette page.

home-name = Vérification d’identité
home-title = Ouvrez le lien de votre message
home-text = La personne ou l’entreprise qui vous demande cette vérification vous envoie un lien personnel, par e-mail ou dans un autre message. Ouvrez-le pour commencer ou pour continuer. Ce que vous avez déjà fourni est conservé.
home-resume = Continuer votre vérification
paste-label = Ou collez votre lien ici
paste-hint = Copiez-le en entier depuis le message, même s’il occupe plusieurs lignes.
paste-go = Ouvrir le lien
paste-wrong = Ce lien n’est pas complet. Copiez-le de nouveau, de « https » à la dernière lettre.
support = Obtenir de l’aide auprès de { $company }
left-why = Cet appareil n’ouvre plus le formulaire, au cas où d’autres personnes l’utilisent.
left-again = Continuer maintenant

expired-title = Ce lien a expiré
expired-text = Pour votre sécurité, un lien ne fonctionne que quelques jours. Vos réponses sont enregistrées. Pour continuer, demandez un nouveau lien à { $company }.
replaced-title = Il y a un lien plus récent
replaced-text = { $company } vous a envoyé un lien plus récent : celui-ci ne fonctionne plus. Vos réponses sont enregistrées. Utilisez le lien le plus récent ou demandez-en un autre à { $company }.
abandoned-title = Ce formulaire est fermé pour le moment
abandoned-text = { $company } vous a demandé de revoir une partie de votre dossier et n’a pas eu de réponse depuis un certain temps. Le formulaire est donc fermé pour le moment. Vos réponses sont enregistrées. Pour continuer, demandez un nouveau lien à { $company }.
submitted-title = Merci, votre dossier a bien été envoyé
submitted-text = { $company } va maintenant vérifier vos informations et vos documents, puis vous informera du résultat ou vous recontactera s’il manque quelque chose. Vous n’avez rien d’autre à faire et pouvez fermer cette page.
approved-title = Votre vérification est terminée
approved-text = { $company } a vérifié et accepté vos informations. Vous n’avez rien d’autre à faire et pouvez fermer cette page.
rejected-title = Votre vérification n’a pas abouti
rejected-text = { $company } n’a pas pu vérifier les informations que vous avez envoyées. Si vous pensez qu’il s’agit d’une erreur, contactez { $company }. Un nouveau lien pourra vous être envoyé pour recommencer.
offboarded-title = Ce formulaire est fermé
offboarded-text = Vous n’êtes plus client de { $company } : vous n’avez rien à remplir. Si vous pensez qu’il s’agit d’une erreur, contactez { $company }.
go-back = Retourner chez { $company }
questions = Des questions ? Contactez { $company }, qui vous a envoyé ce lien.
reference = Référence : { $reference }
reference-use = Si vous contactez { $company }, indiquez cette référence.
unknown-link-title = Ce lien ne fonctionne pas
unknown-link-text = Il manque peut-être une partie du lien. Ouvrez-le de nouveau depuis le message que vous avez reçu ou copiez-le en entier. S’il ne fonctionne toujours pas, demandez un nouveau lien à l’entreprise qui vous l’a envoyé.
no-pass-title = Ouvrez de nouveau votre lien
no-pass-text = Pour protéger vos informations, ce formulaire s’ouvre uniquement depuis votre lien. Ouvrez le lien du message que vous avez reçu : vos réponses sont enregistrées. Si cette page réapparaît, autorisez les cookies pour ce site.
not-found-title = Page introuvable
not-found-text = Les questions du formulaire ont peut-être changé depuis que vous avez ouvert cette page. Revenez en arrière ou ouvrez de nouveau votre lien. Vos réponses sont enregistrées.
failed-title = Une erreur s’est produite
failed-text = Le problème vient de nous. Tout ce que vous avez enregistré est conservé. Revenez en arrière et réessayez dans un instant.
cross-site-title = Nous n’avons pas pu accepter cette demande
cross-site-text = Pour votre sécurité, les réponses ne peuvent être envoyées que depuis le formulaire. Ouvrez le lien du message que vous avez reçu et réessayez.
too-fast-title = Veuillez patienter une minute
too-fast-text = Nous avons reçu beaucoup d’envois en peu de temps. Pour éviter les abus, leur nombre est limité par minute. Tout ce que vous avez enregistré est conservé. Revenez en arrière et réessayez dans une minute.
incomplete-title = Vos réponses ne sont pas arrivées en entier
incomplete-text = La connexion a peut-être été interrompue. Rien de cette page n’a été enregistré cette fois-ci. Revenez en arrière et envoyez-la de nouveau.
too-long-title = Vos réponses sont trop longues
too-long-text = Cette page contenait trop de texte, et rien n’en a été enregistré cette fois-ci. Revenez en arrière, raccourcissez vos réponses et envoyez la page de nouveau.

steps = Étapes
steps-done = { $done } étapes sur { $all } terminées
step-of = Étape { $number } sur { $all }
back = Retour
step-done = Terminé
step-left = { $count ->
    [one] Il reste { $count } élément
   *[other] Il reste { $count } éléments
}
step-details = Vos informations
step-business = L’entreprise
step-address = Adresse
step-identity = Pièce d’identité
step-funds = Utilisation du compte
step-people = Personnes qui détiennent ou dirigent l’entreprise
step-documents = Documents
step-review = Vérifier et envoyer
step-ready = Prêt à être envoyé
continue = Continuer
save-and-continue = Enregistrer et continuer
save-and-exit = Enregistrer et quitter
optional = (facultatif)
choose = Choisir
choose-kept = Déjà fourni (masqué)
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
saved-over = Cette réponse remplace celle enregistrée sur un autre appareil le { $time }.
saved-elsewhere = Enregistré sur un autre appareil le { $time }.
kept = Déjà fourni : { $mask }. Masqué pour protéger votre vie privée. Pour le conserver, laissez ce champ vide.
replaced = Enregistré. Certaines de vos réponses remplacent celles enregistrées sur un autre appareil.
errors = { $count ->
    [one] Il y a un problème
   *[other] Il y a { $count } problèmes
}

people-text = Ajoutez chaque personne qui détient 25 % ou plus de l’entreprise et chaque personne qui la dirige ou la contrôle, par exemple un dirigeant.
people-none = Vous n’avez encore ajouté personne.
people-full = Vous ne pouvez plus ajouter de personne. Supprimez-en d’abord une.
people-complete = Tout est complet pour { $name }. Ajoutez une autre personne ou continuez.
people-shares = { $named } % sur 100 % indiqués
people-owns = Détient { $share } %
people-owner = Propriétaire
people-controls = Contrôle l’entreprise
needed = Il nous faut aussi :
needed-owner = Comme { $name } détient 25 % ou plus, il nous faut aussi :
needed-controller = Comme { $name } contrôle l’entreprise, il nous faut aussi :
needed-both = Comme { $name } détient 25 % ou plus et contrôle l’entreprise, il nous faut aussi :
person-add = Ajouter une personne
person-number = Personne { $number }
person-remove = Supprimer cette personne
person-remove-sure = Tout ce qui a été saisi sur cette personne sera supprimé.
person-remove-yes = Oui, supprimer

upload-hint = Envoyez une photo ou un scan (JPEG ou PNG) ou un PDF, de 10 Mo au maximum.
example-whole = En entier sur l’image, avec les quatre coins
example-page = La page avec la photo, jusqu’aux dernières lignes
example-sharp = Ni floue ni trop sombre
example-glare = Sans reflet, rien par-dessus
example-letter = Le nom, l’adresse et la date sont lisibles
upload-choose = Choisir un fichier
upload-another = Choisir un autre fichier
upload-camera = Prendre une photo
upload-send = Envoyer
upload-none = Choisissez d’abord un fichier.
upload-again = Vous avez déjà envoyé un autre fichier depuis cette page. Choisissez de nouveau votre fichier.
upload-refused = « { $field } » : { $why }
upload-full = Vous ne pouvez plus ajouter de document. Supprimez-en d’abord un.
upload-unsupported_file_type = Ce fichier n’est pas au format JPEG, PNG ou PDF. Choisissez un autre fichier ou prenez une photo.
upload-damaged_file = Ce fichier est vide ou endommagé et ne peut pas être ouvert. Choisissez un autre fichier.
upload-infected_file = Notre antivirus a refusé ce fichier. Choisissez un autre fichier ou prenez une photo.
upload-not_scanned = Ce fichier n’a pas pu être analysé par l’antivirus. Réessayez dans quelques minutes.
upload-payload_too_large = Ce fichier dépasse 10 Mo. Choisissez-en un plus petit ou prenez une photo.
upload-heic = C’est une photo HEIC, que ce navigateur ne sait pas convertir. Prenez une photo ici, ou choisissez un JPEG, un PNG ou un PDF.
upload-pixels = Cette photo a trop de pixels. Choisissez-en une plus petite ou prenez une photo ici.
upload-preparing = Préparation de la photo…
upload-progress = Envoi en cours : { $percent } %
upload-done = Fichier envoyé : { $name }
upload-broken = Le fichier n’a pas pu être envoyé : la connexion s’est interrompue trois fois.
upload-try-again = Réessayer
upload-other = Choisir un fichier différent
upload-cancel = Annuler
upload-cancelled = L’envoi a été annulé.
upload-waiting = Un fichier est encore en cours d’envoi. Vous continuerez dès qu’il sera arrivé.
file-given = Fichier envoyé
file-refused = Non accepté : { $why }
file-asked-again = Non accepté : un nouveau fichier est nécessaire
file-remove = Supprimer
file-remove-number = Supprimer le fichier { $number } : { $document }
js-offline = Pas de connexion. Ce que vous avez saisi est toujours là et sera enregistré dès le retour de la connexion.
js-retry = La connexion a été interrompue. Nouvel essai…
js-sending = Envoi en cours…

review-left = { $count ->
    [one] Il reste un élément à compléter avant l’envoi
   *[other] Il reste { $count } éléments à compléter avant l’envoi
}
review-kept = Fourni ({ $mask })
review-changed = Quelque chose a changé depuis que vous avez ouvert cette page. Vérifiez de nouveau vos réponses.
reveal-title = Voir ce qui a été donné auparavant
reveal-individual = Une partie a été donnée sur un autre appareil ou par { $company }, et elle est masquée. Pour la voir, saisissez votre date de naissance.
reveal-corporate = Une partie a été donnée sur un autre appareil ou par { $company }, et elle est masquée. Pour la voir, saisissez la date de création de l’entreprise.
reveal-show = Afficher
reveal-wrong = { $count ->
    [one] Ce n’est pas la date que nous avons. Il vous reste un essai.
   *[other] Ce n’est pas la date que nous avons. Il vous reste { $count } essais.
}
reveal-closed = La date a été fausse trop souvent. Avec ce lien, ce qui a été donné auparavant reste masqué. Rien n’est perdu.
reveal-never-title = Une partie est masquée
reveal-never = Ce qui a été donné sur un autre appareil ou par { $company } n’est pas affiché ici, pour le protéger. Là où une page le demande, confirmez que c’est toujours exact ou donnez-le à nouveau.
keep-as-given = C’est toujours exact
kept-confirmed = Vous l’avez confirmé.
change = Modifier
truth-title = Votre déclaration
truth-missing = Cochez la case pour déclarer que ce que vous avez donné est vrai et complet
picture-show = Afficher l’image
review-share = { $share } %
review-control = Contrôle l’entreprise
consent-title = Votre accord
consent-true = Ce que j’ai donné est vrai et complet.
consent-use = { $company } peut s’en servir pour me vérifier, ainsi que les personnes que j’ai nommées, comme la loi l’exige, et le garder aussi longtemps que la loi l’exige.
consent-share = { $company } peut le faire contrôler par les entreprises auxquelles elle recourt pour la vérification.
consent-agree = J’accepte que mes données soient utilisées de cette façon.
consent-missing = Cochez la case pour accepter l’utilisation de vos données
submit = Envoyer

wrong-unconfirmed = Confirmez que l’information « { $field } » est toujours exacte ou saisissez-la de nouveau
wrong-unconfirmed-document = Confirmez que le fichier pour « { $field } » est toujours le bon ou envoyez-le de nouveau
wrong-too_long = Le texte du champ « { $field } » est trop long. Limitez-vous à { $most } caractères
wrong-nul_character = Le champ « { $field } » contient un caractère qui ne peut pas être enregistré. Effacez-le et saisissez-le de nouveau
wrong-invalid_date = { $field } : le { $date } n’existe pas. Vérifiez le jour et le mois
wrong-other = « { $field } » ne peut pas être accepté. Vérifiez et saisissez de nouveau
fault-in_the_future = { $field } : la date ne peut pas être dans le futur. Vérifiez l’année
fault-too_young = Vous devez avoir au moins 18 ans. Si l’information « { $field } » est fausse, corrigez-la
fault-no_amount = { $field } : saisissez le montant en chiffres, par exemple 5000
fault-no_website = { $field } : saisissez l’adresse complète, par exemple www.example.com
fault-no_share = { $field } : saisissez chaque part en pourcentage, par exemple 33,3
fault-shares_too_many = { $field } : le total des parts dépasse 100 %. Vérifiez la part de chaque personne
fault-asked_again = Vérifiez cette information et saisissez-la de nouveau : { $field }
fault-other_document = Le fichier pour « { $field } » montre un autre document que celui que vous avez indiqué. Envoyez le document indiqué ou corrigez ses informations
fault-needs_password = Le PDF pour « { $field } » est protégé par un mot de passe. Envoyez une copie qui s’ouvre sans mot de passe
fault-unusable_picture = L’image pour « { $field } » est trop petite pour être lisible. Envoyez-en une d’au moins 200 pixels de large et de haut
missing = Remplissez le champ « { $field } »
missing-document = Envoyez un fichier pour « { $field } »
missing-first_name = Saisissez votre prénom tel qu’il figure sur votre pièce d’identité
missing-person_first_name = Saisissez le prénom de cette personne tel qu’il figure sur sa pièce d’identité
missing-last_name = Saisissez votre nom de famille tel qu’il figure sur votre pièce d’identité
missing-person_last_name = Saisissez le nom de famille de cette personne tel qu’il figure sur sa pièce d’identité
missing-birth_date = Saisissez votre date de naissance
missing-nationality = Choisissez votre nationalité
missing-person_nationality = Choisissez la nationalité de cette personne
missing-residential_address-country = Choisissez le pays où vous habitez
missing-person_residential_address-country = Choisissez le pays où habite cette personne
missing-business_address-country = Choisissez le pays où l’entreprise est immatriculée
missing-street_line_1 = Saisissez le numéro et la rue
missing-city = Saisissez la ville
missing-state = { $country ->
    [US] Saisissez l’État
    [CA] Saisissez la province
   *[other] Saisissez l’État ou la province
}
missing-postal_code = Saisissez le code postal
missing-id_document-type = Choisissez le type de pièce d’identité
missing-id_document-number = Saisissez le numéro qui figure sur la pièce d’identité
missing-id_document-issuing_country = Choisissez le pays qui a délivré la pièce d’identité
missing-tax_number-type = Choisissez le type de numéro fiscal
missing-tax_number-number = Saisissez le numéro fiscal
missing-tax_number-issuing_country = Choisissez le pays qui a attribué le numéro fiscal
missing-id_document_front = { $document ->
    [passport] Envoyez la page de votre passeport qui porte la photo
    [driver_license] Envoyez une photo du recto de votre permis de conduire
    [residence_permit] Envoyez une photo du recto de votre titre de séjour
    [government_id] Envoyez une photo du recto de votre carte d’identité
   *[other] Envoyez une photo du recto de votre pièce d’identité
}
missing-person_id_document_front = { $document ->
    [passport] Envoyez la page du passeport de cette personne qui porte la photo
   *[other] Envoyez une photo du recto de la pièce d’identité de cette personne
}
missing-id_document_back = { $document ->
    [driver_license] Envoyez une photo du verso de votre permis de conduire
    [residence_permit] Envoyez une photo du verso de votre titre de séjour
    [government_id] Envoyez une photo du verso de votre carte d’identité
   *[other] Envoyez une photo du verso de votre pièce d’identité
}
missing-person_id_document_back = Envoyez une photo du verso de la pièce d’identité de cette personne
missing-proof_of_address = Envoyez un justificatif de domicile à votre nom : une facture, un relevé bancaire ou un courrier officiel
missing-person_proof_of_address = Envoyez une facture, un relevé bancaire ou un courrier officiel au nom et à l’adresse de cette personne
missing-business_proof_of_address = Envoyez une facture, un relevé bancaire ou un courrier officiel au nom et à l’adresse de l’entreprise
missing-business_legal_name = Saisissez la dénomination sociale telle qu’elle figure au registre du commerce
missing-registration_number = Saisissez le numéro de l’entreprise au registre du commerce
missing-formation_date = Saisissez la date de création de l’entreprise
missing-primary_website = Saisissez l’adresse du site web, par exemple www.example.com
missing-business_description = Décrivez l’activité de l’entreprise
missing-business_formation = Envoyez les statuts ou le certificat de constitution
missing-shareholder_registry = Envoyez le registre des actionnaires
missing-directors_registry = Envoyez le registre des dirigeants
missing-controller = Ajoutez au moins une personne qui contrôle l’entreprise, par exemple un dirigeant
missing-has_ownership = Indiquez si cette personne détient une part de l’entreprise
missing-ownership_percentage = Saisissez la part de l’entreprise que détient cette personne, en pourcentage
missing-has_control = Indiquez si cette personne contrôle l’entreprise
missing-account_purpose = Choisissez à quoi servira le compte
missing-account_purpose_other = Décrivez à quoi servira le compte
missing-expected_monthly_volume_usd = Saisissez le montant que vous prévoyez chaque mois, en dollars américains
missing-source_of_funds_description = Expliquez d’où vient l’argent
missing-proof_of_source_of_funds = Envoyez un document qui montre l’origine des fonds
missing-most_recent_occupation = Saisissez votre profession
missing-employment_status = Choisissez votre situation professionnelle
missing-acting_as_intermediary = Indiquez si vous agissez pour le compte d’une autre personne
missing-birth_country = Choisissez votre pays de naissance
none_given = Remplissez au moins un de ces champs : { $field }
none_given-legal_name = Saisissez votre nom tel qu’il figure sur votre pièce d’identité
none_given-person_legal_name = Saisissez le nom de cette personne tel qu’il figure sur sa pièce d’identité
wrong-other_calendar = { $calendar ->
    [persian] « { $field } » ressemble à une date du calendrier persan
    [thai] « { $field } » ressemble à une date du calendrier thaïlandais
    [either] « { $field } » ressemble à une date du calendrier persan ou hégirien
   *[other] « { $field } » ressemble à une date du calendrier hégirien
}
date-meant = Vouliez-vous dire le { $date } ?
date-use = Utiliser le { $date }
wrong-long_ago = { $field } : cette date remonte à plus de 120 ans. Vérifiez l’année
wrong-blank = Le champ « { $field } » ne contient aucun caractère visible. Remplissez-le de nouveau
wrong-no_letter = Le champ « { $field } » doit contenir au moins une lettre
wrong-unseen = Le caractère à la position { $at } du champ « { $field } » est invisible. Effacez tout dans ce champ et saisissez-le à nouveau
wrong-not_a_share = { $field } : saisissez un nombre de 0 à 100, par exemple 33,3

wrong-date_unseen = Cette date n’existe pas. Vérifiez « { $field } »
wrong-date_incomplete = Saisissez le jour, le mois et l’année : { $field }
wrong-date_numbers = Saisissez le jour, le mois et l’année en chiffres : { $field }
wrong-date_year = { $field } : saisissez l’année en quatre chiffres, par exemple 1990
wrong-date_month = { $field } : le mois doit être un nombre de 1 à 12
wrong-date_day = { $field } : le jour doit être un nombre de 1 à 31
fault-asked_again-document = Envoyez un nouveau fichier : { $field }

field-account_purpose = Utilisation prévue du compte
field-account_purpose_other = Utilisation du compte, décrite par vous
field-acting_as_intermediary = Agissez-vous pour le compte d’une autre personne ?
field-birth_country = Pays de naissance
field-birth_date = Date de naissance
field-business_address = Adresse de l’entreprise
field-business_description = Activité de l’entreprise
field-business_legal_name = Dénomination sociale
field-city = Ville
field-country = Pays
field-employment_status = Situation professionnelle
field-expected_monthly_volume_usd = Montant prévu chaque mois, en dollars américains
field-first_name = Prénom
field-formation_date = Date de création
field-has_control = Cette personne contrôle-t-elle l’entreprise, par exemple comme dirigeante ?
field-has_ownership = Cette personne détient-elle une part de l’entreprise ?
field-id_document-issuing_country = Pays de délivrance
field-id_document-number = Numéro du document
field-id_document-type = Type de document
field-last_name = Nom de famille
field-middle_name = Deuxième prénom
field-most_recent_occupation = Profession
field-nationality = Nationalité
field-ownership_percentage = Part de l’entreprise (%)
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
field-tax_number-type = Type de numéro fiscal

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
choice-protect_wealth = Protection de mon épargne
choice-purchase_goods_and_services = Achat de biens et de services
choice-receive_payments_for_goods_and_services = Paiements reçus pour des biens et des services
choice-third_party_money_transmission = Envoi d’argent pour d’autres personnes
choice-treasury_management = Gestion de la trésorerie d’une entreprise

label-legal_name = Nom officiel
label-residential_address = Où vous habitez
label-residential_state = État
label-id_document = Votre pièce d’identité
label-id_document_front = { $kind ->
    [passport] Page du passeport avec la photo
   *[other] Photo de la pièce d’identité, recto
}
label-id_document_back = Pièce d’identité, verso
label-business_tax_number = { $country ->
    [US] Numéro d’identification d’employeur (EIN)
   *[other] Numéro fiscal
}
label-proof_of_address = Justificatif de domicile
label-business_formation = Statuts ou certificat de constitution
label-shareholder_registry = Registre des actionnaires
label-directors_registry = Registre des dirigeants
label-business_proof_of_address = Justificatif d’adresse de l’entreprise
label-ownership = Répartition du capital
label-controller = Une personne qui contrôle l’entreprise
label-person_address = Où cette personne habite
label-person_id_document = Pièce d’identité de cette personne
label-person_proof_of_address = Justificatif de domicile de cette personne
label-proof_of_source_of_funds = Justificatif de l’origine des fonds

because-first_name = Tel qu’il figure sur la pièce d’identité.
because-legal_name = Tel qu’il figure sur la pièce d’identité. S’il n’y a qu’un seul nom, remplissez un champ et laissez l’autre vide.
because-birth_date = Pour ne pas vous confondre avec une personne du même nom.
because-nationality = Certaines vérifications légales en dépendent.
because-residential_address = L’adresse du domicile. Une boîte postale n’est pas acceptée.
because-residential_state = Aux États-Unis, toute adresse comporte un État.
because-id_document = Utilisez un document officiel en cours de validité.
because-id_document_front = Le document doit être visible en entier, avec la photo et tout le texte bien nets.
because-id_document_back = Les cartes portent des informations des deux côtés : le verso est donc nécessaire aussi.
because-proof_of_address = Une facture, un relevé bancaire ou un courrier officiel de moins de trois mois, avec le nom et l’adresse.
because-tax_number = La loi américaine l’exige des personnes qui habitent aux États-Unis.
because-business_legal_name = Telle qu’elle figure au registre du commerce.
because-registration_number = Le numéro de l’entreprise au registre du commerce.
because-formation_date = Telle qu’elle figure au registre du commerce.
because-business_address = L’adresse du siège social.
because-business_tax_number = La loi américaine l’exige des entreprises établies aux États-Unis.
because-primary_website = L’adresse doit fonctionner, par exemple www.example.com.
because-business_formation = Ce document prouve que l’entreprise existe légalement.
because-shareholder_registry = Ce document montre à qui appartient l’entreprise.
because-directors_registry = Ce document montre qui agit au nom de l’entreprise.
because-ownership = Saisissez chaque part en pourcentage. Le total ne peut pas dépasser 100 %.
because-controller = La loi exige le nom d’au moins une personne qui dirige ou gère l’entreprise.
because-expected_volume = Une estimation suffit. Des montants plus élevés demandent plus d’informations.
because-source_of_funds = La loi l’exige pour les montants élevés et pour certaines utilisations et certains pays. Par exemple : salaire, épargne ou vente d’un logement.
because-proof_of_source_of_funds = Par exemple une fiche de paie, un acte de vente ou un relevé bancaire.
because-account_purpose_other = Vous avez choisi « Autre chose ». Décrivez-le en quelques mots.
