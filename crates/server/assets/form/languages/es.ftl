the-company = La empresa
language = Idioma
language-choose = Cambiar
skip = Ir al contenido
footer = { $company } lo pide para cumplir sus obligaciones legales. Lo que indique se guarda cifrado.
title-error = Error: { $title }

welcome-individual = { $company } le pide que verifique su identidad
welcome-corporate = { $company } le pide que verifique su empresa
welcome-text = La ley obliga a { $company } a saber quiénes son sus clientes. En las páginas siguientes indicará lo necesario.
welcome-again = { $company } ha revisado lo que indicó y necesita algo de nuevo. Las páginas siguientes dicen qué.
welcome-time = Tarda unos diez minutos. Tenga a mano sus documentos.
welcome-saved = Todo se guarda mientras escribe. Puede parar cuando quiera y seguir más tarde, aquí o en otro dispositivo.
welcome-until = Este enlace es válido hasta el { $date }.
welcome-go = Empezar

overview-title = Su verificación
overview-text = Estos son los pasos. Hágalos en el orden que quiera; todo se va guardando.
overview-again = { $company } necesita algo de nuevo.
overview-go = Continuar
overview-review = Revisar y enviar
comment = Lo que dice { $company }
leave = Parar aquí y seguir más tarde
left-title = Ha salido del formulario
left-text = Todo está guardado. Para seguir, abra el enlace que recibió. Puede cerrar esta página.

expired-title = Este enlace ha caducado
expired-text = Los enlaces solo valen unos días, para que uno perdido no abra nada. Lo que indicó se conserva. Para seguir, pida a { $company } un enlace nuevo.
replaced-title = Hay un enlace más reciente
replaced-text = { $company } le ha enviado después otro enlace; este ya no abre nada. Lo que indicó se conserva. Use el enlace más reciente o pida otro a { $company }.
submitted-title = Gracias: está todo
submitted-text = { $company } lo está revisando. No tiene que hacer nada; le avisarán.
approved-title = Su verificación está hecha
approved-text = { $company } le ha verificado. No hay nada más que hacer.
rejected-title = No se ha podido verificar
rejected-text = { $company } no ha podido verificar lo que indicó. Si cree que es un error, pregunte a { $company }: puede empezar de nuevo y enviarle otro enlace.
offboarded-title = Aquí no hay nada que hacer
offboarded-text = Su relación con { $company } ha terminado. Si cree que es un error, pregúntele.
go-back = Volver a { $company }
questions = ¿Preguntas? Escriba a { $company }, que le envió este enlace.
unknown-link-title = Este enlace no lleva a ninguna parte
unknown-link-text = Quizá se cortó al copiarlo: ábralo de nuevo desde el mensaje en que lo recibió. Si no funciona, pida un enlace nuevo a la empresa que se lo envió.
no-pass-title = Abra de nuevo su enlace
no-pass-text = Este dispositivo no ha entrado en el formulario, o ha salido de él. Abra el enlace desde el mensaje en que lo recibió; lo que indicó se conserva. El formulario necesita cookies: permítalas para este sitio.
not-found-title = Esta página no existe
not-found-text = Puede que haya cambiado lo que se le pide. Vuelva atrás o abra de nuevo su enlace: lo que indicó se conserva.
failed-title = Algo ha fallado por nuestra parte
failed-text = Lo guardado antes se conserva. Vuelva atrás e inténtelo de nuevo en un momento.
cross-site-title = Esto no venía de nuestra página
cross-site-text = Por su seguridad no se ha aceptado. Abra el enlace desde el mensaje en que lo recibió e inténtelo allí de nuevo.
too-fast-title = Eso fue mucho de una vez
too-fast-text = Para que nadie abuse de un enlace, solo se acepta cierta cantidad por minuto. Lo guardado se conserva. Vuelva atrás e inténtelo de nuevo en un minuto.
too-many-title = Hay demasiados
too-many-text = No se pueden añadir más personas o documentos. Vuelva atrás y quite antes uno.

steps = Pasos
steps-done = { $done } de { $all } pasos hechos
step-done = Hecho
step-left = { $count ->
    [one] Falta 1 cosa
   *[other] Faltan { $count } cosas
}
step-details = Sobre usted
step-business = Sobre la empresa
step-address = Dirección
step-identity = Documento de identidad
step-funds = Uso de la cuenta
step-people = Propietarios y directivos
step-documents = Documentos
step-review = Revisar y enviar
continue = Continuar
save-and-continue = Guardar y continuar
optional = (opcional)
choose = Elija
choose-kept = Ya indicado; oculto
countries-likely = Sugerencias
countries-all = Todos los países
countries-open = Mostrar todos los países
countries-found = Países encontrados: { $count }
countries-none = Ningún país tiene este nombre o código. Pruebe con otra grafía
countries-restored = No es un país de la lista. Sigue elegido: { $country }
countries-cleared = No es un país de la lista. Elija uno de la lista
yes = Sí
no = No
day = Día
month = Mes
year = Año
date = { $day } de { $month } de { $year }
date-month-first = { $day } de { $month } de { $year }
month-1 = enero
month-2 = febrero
month-3 = marzo
month-4 = abril
month-5 = mayo
month-6 = junio
month-7 = julio
month-8 = agosto
month-9 = septiembre
month-10 = octubre
month-11 = noviembre
month-12 = diciembre
saved = Guardado.
saved-over = Sustituye a lo que guardó otro dispositivo el { $time }.
saved-elsewhere = Guardado en otro dispositivo el { $time }.
kept = Ya indicado: { $mask }. Aquí se oculta para protegerlo; déjelo vacío para conservarlo.
replaced = Guardado. Una parte sustituye a lo que había guardado otro dispositivo.
errors = { $count ->
    [one] Hay un problema
   *[other] Hay { $count } problemas
}

people-text = Añada a todos los que posean el 25 % o más de la empresa y a todos los que la controlen, como los administradores.
people-none = Todavía no se ha añadido a nadie.
person-add = Añadir una persona
person-number = Persona { $number }
person-remove = Quitar a esta persona
person-remove-sure = Se borrará lo que se indicó sobre esta persona.
person-remove-yes = Sí, quitar

upload-hint = JPEG, PNG o PDF, como máximo 10 MB. Todo debe leerse bien.
upload-choose = Elegir un archivo
upload-another = Elegir otro archivo
upload-camera = Hacer una foto
upload-send = Subir
upload-none = Elija antes un archivo.
upload-again = Esta página ya había enviado otro archivo. Elija el archivo de nuevo.
upload-unsupported_file_type = No es un JPEG, ni un PNG, ni un PDF. Elija otro archivo o haga una foto.
upload-damaged_file = Este archivo está dañado o vacío. Elija otro.
upload-payload_too_large = Este archivo supera los 10 MB. Elija uno más pequeño.
file-given = Se entregó un archivo
file-remove = Quitar
file-remove-number = Quitar el archivo { $number }: { $document }
js-offline = Sin conexión. Lo que escribió sigue aquí y se guardará en cuanto vuelva la conexión.
js-retry = Se cortó la conexión. Intentándolo de nuevo…
js-sending = Subiendo…

review-left = { $count ->
    [one] Falta una cosa antes de poder enviar
   *[other] Faltan { $count } cosas antes de poder enviar
}
review-kept = Indicado ({ $mask })
review-files = { $count ->
    [one] 1 archivo
   *[other] { $count } archivos
}
review-changed = Algo ha cambiado desde que se mostró esta página. Revísela de nuevo.
change = Cambiar
consent-title = Su consentimiento
consent-true = Lo que he indicado es cierto y completo.
consent-use = { $company } puede usarlo para verificarme, a mí y a las personas que he nombrado, como exige la ley, y conservarlo mientras la ley lo exija.
consent-share = { $company } puede hacerlo comprobar por las empresas a las que recurre para la verificación.
consent-agree = Estoy de acuerdo
consent-missing = Marque la casilla para dar su acuerdo
submit = Enviar

wrong-missing = Falta
wrong-none_given = Rellene al menos uno de estos campos
wrong-too_long = Tiene más de { $most } caracteres
wrong-nul_character = Contiene un carácter que no se puede guardar
wrong-invalid_date = Esta fecha no existe
wrong-unknown_country = Elija un país de la lista
wrong-unknown_value = Elija uno de la lista
wrong-wrong_type = Elija sí o no
wrong-other_calendar = { $calendar ->
    [persian] Parece una fecha del calendario persa
    [thai] Parece una fecha del calendario tailandés
    [either] Parece una fecha del calendario persa o del islámico
   *[other] Parece una fecha del calendario islámico
}
date-meant = ¿Quiso decir { $date }?
date-use = Usar { $date }
wrong-long_ago = Hace más de 120 años de esta fecha. Compruebe el año
wrong-blank = Escriba esto con letras o cifras visibles; un nombre tiene al menos una letra
wrong-unseen = El carácter en la posición { $at } es invisible. Borre todo lo que hay en este campo y escríbalo de nuevo
wrong-not_a_share = Escriba la participación como un número de 0 a 100, por ejemplo 33,3
wrong-other = No se puede aceptar tal como está
fault-in_the_future = Está en el futuro
fault-too_young = Debe tener al menos 18 años
fault-no_amount = No es un importe. Escriba un número, como 5000
fault-no_website = No es la dirección de un sitio web
fault-no_share = Una de las participaciones no es un porcentaje. Escriba un número, como 33.3
fault-shares_too_many = Las participaciones suman más del 100 por ciento
fault-asked_again = Indíquelo de nuevo, por favor
fault-other_document = Esto muestra un documento distinto del que ha indicado
fault-needs_password = Este PDF solo se abre con contraseña. Envíe uno que se abra sin ella
fault-unusable_picture = Esta imagen es demasiado pequeña para leerla. Envíe una de al menos 200 píxeles por lado

field-account_purpose = Finalidad de la cuenta
field-account_purpose_other = Para qué es la cuenta
field-acting_as_intermediary = ¿Actúa por cuenta de otra persona?
field-birth_country = País de nacimiento
field-birth_date = Fecha de nacimiento
field-business_address = Dirección de la empresa
field-business_description = A qué se dedica la empresa
field-business_legal_name = Razón social
field-city = Ciudad
field-country = País
field-employment_status = Situación laboral
field-expected_monthly_volume_usd = Volumen mensual previsto en dólares de EE. UU.
field-first_name = Nombre
field-formation_date = Fecha de constitución
field-has_control = ¿Controla esta persona la empresa, por ejemplo como administradora?
field-has_ownership = ¿Posee esta persona una parte de la empresa?
field-id_document-issuing_country = País que lo expidió
field-id_document-number = Número del documento
field-id_document-type = Tipo de documento
field-last_name = Apellidos
field-middle_name = Segundo nombre
field-most_recent_occupation = Profesión
field-nationality = Nacionalidad
field-ownership_percentage = Participación en porcentaje
field-postal_code = Código postal
field-primary_website = Sitio web
field-registration_number = Número de registro
field-residential_address = Domicilio
field-source_of_funds_description = De dónde viene el dinero
field-state = Estado o provincia
field-street_line_1 = Calle y número
field-street_line_2 = Piso, puerta, edificio
field-tax_number = { $country ->
    [US] Número de la Seguridad Social (SSN) o ITIN
   *[other] Número de identificación fiscal
}
field-tax_number-type = Tipo de número

choice-passport = Pasaporte
choice-driver_license = Permiso de conducir
choice-residence_permit = Permiso de residencia
choice-government_id = Documento nacional de identidad
choice-state_or_provincial_id = Documento de identidad estatal o provincial
choice-employed = Empleado
choice-homemaker = Labores del hogar
choice-retired = Jubilado
choice-self_employed = Autónomo
choice-student = Estudiante
choice-unemployed = Desempleado
choice-charitable_donations = Donaciones
choice-ecommerce_retail_payments = Pagos de una tienda en línea
choice-investment_purposes = Inversión
choice-other = Otra cosa
choice-payments_to_friends_or_family_abroad = Pagos a amigos o familia en el extranjero
choice-payroll = Nóminas
choice-personal_or_living_expenses = Gastos personales o de vida
choice-protect_wealth = Proteger ahorros
choice-purchase_goods_and_services = Comprar bienes y servicios
choice-receive_payments_for_goods_and_services = Cobrar por bienes y servicios
choice-third_party_money_transmission = Enviar dinero por cuenta de otros
choice-treasury_management = Gestionar el dinero de una empresa

label-legal_name = Nombre legal
label-residential_address = Dónde vive
label-residential_state = Estado
label-id_document = Su documento de identidad
label-business_tax_number = { $country ->
    [US] Número de identificación del empleador (EIN)
   *[other] Número de identificación fiscal
}
label-id_document_front = { $kind ->
    [passport] Página del pasaporte con la foto
   *[other] Foto del documento de identidad, anverso
}
label-id_document_back = Foto del documento de identidad, reverso
label-proof_of_address = Justificante de domicilio
label-business_formation = Escritura o certificado de constitución
label-shareholder_registry = Registro de socios o accionistas
label-directors_registry = Registro de administradores
label-business_proof_of_address = Justificante de la dirección de la empresa
label-ownership = Participaciones de los propietarios
label-controller = Al menos una persona con control
label-person_address = Dónde vive esta persona
label-person_id_document = Documento de identidad de esta persona
label-person_proof_of_address = Justificante de domicilio de esta persona
label-proof_of_source_of_funds = Justificante de la procedencia del dinero

because-first_name = Como en el documento de identidad.
because-legal_name = Como en el documento de identidad. Si solo hay un nombre, rellene uno de los campos y deje vacío el otro.
because-birth_date = Distingue a personas del mismo nombre.
because-nationality = Algunas leyes dependen de ella.
because-residential_address = No un apartado de correos.
because-residential_state = Las direcciones de Estados Unidos indican un estado.
because-id_document = Un documento oficial en vigor.
because-id_document_front = Prueba la identidad.
because-id_document_back = Todos menos los pasaportes llevan algo en el reverso.
because-proof_of_address = Una factura, un extracto bancario o una carta oficial de los últimos tres meses con nombre y dirección.
because-tax_number = Con él se declara a los residentes en Estados Unidos.
because-business_legal_name = Como en el registro.
because-registration_number = Identifica a la empresa en su registro.
because-formation_date = Se compara con el registro.
because-business_address = Donde está registrada la empresa.
because-business_tax_number = Con él se declara a las empresas de Estados Unidos.
because-primary_website = Lo indicado debe llevar a alguna parte.
because-business_formation = Prueba que la empresa existe.
because-shareholder_registry = Prueba de quién es la empresa.
because-directors_registry = Prueba quién actúa por la empresa.
because-ownership = Las participaciones son porcentajes y no suman más de 100.
because-controller = Alguien actúa por la empresa, y se sabe quién.
because-expected_volume = A quien mueve más se le pide más.
because-source_of_funds = Se pide con grandes volúmenes, algunas finalidades y algunos países.
because-proof_of_source_of_funds = Por ejemplo, una nómina, un contrato de venta o un extracto bancario.
because-account_purpose_other = Indicó que es para otra cosa.
