the-company = La empresa
language = Idioma
skip = Ir al contenido
footer = { $company } debe pedir estos datos por ley. Se guardan cifrados.
title-error = Error: { $title }

welcome-individual = { $company } le pide que verifique su identidad
welcome-corporate = { $company } le pide que verifique su empresa
welcome-text = { $company } debe comprobar por ley quiénes son sus clientes. En las páginas siguientes, indique sus datos y suba los documentos necesarios.
welcome-again = { $company } ha revisado lo que envió y necesita que corrija algunos datos. En la página siguiente verá cuáles.
welcome-minutes = Tarda unos { $minutes } minutos.
welcome-saved = Sus respuestas se guardan a medida que avanza. Puede parar cuando quiera y seguir más tarde, en este u otro dispositivo.
welcome-until = Este enlace funciona hasta el { $date }.
welcome-go = Empezar
ready-title = Tenga a mano lo siguiente
ready-id_document = Su documento de identidad, como el pasaporte o el carné de identidad
ready-person_id_document = Un documento de identidad de cada propietario y administrador
ready-person_proof_of_address = Un justificante de domicilio de cada propietario y administrador
company-legal = { $legal } es responsable de sus datos.
company-privacy = Aviso de privacidad de { $company }
company-terms = Condiciones de { $company }
company-support = Pedir ayuda a { $company }
review-takes = { $company } suele tardar { $time } en decidir.
time-minutes = { $count ->
    [one] 1 minuto
   *[other] { $count } minutos
}
time-hours = { $count ->
    [one] 1 hora
   *[other] { $count } horas
}
time-days = { $count ->
    [one] 1 día
   *[other] { $count } días
}
time-working-days = { $count ->
    [one] 1 día laborable
   *[other] { $count } días laborables
}

overview-title = Su verificación
overview-text = Complete estos pasos en el orden que prefiera. Sus respuestas se guardan a medida que avanza.
overview-again = { $company } necesita que corrija algunos datos.
overview-go = Continuar
overview-review = Revisar y enviar
comment = Mensaje de { $company }
correct = Esto es correcto tal como está
correct-why = ¿Por qué es correcto?
correct-hint = { $company } leerá su motivo. Con él, no hace falta que lo indique de nuevo.
correct-kept = Ya indicó un motivo, que aquí está oculto. Déjelo vacío para conservarlo.
leave = Guardar y salir
exit-saved = Todo está guardado. Puede cerrar esta página y seguir más tarde con el mismo enlace.
left-title = Ha salido del formulario
left-text = Sus respuestas se han guardado. Para continuar, abra el enlace que recibió. Ya puede cerrar esta página.

home-name = Verificación de identidad
home-title = Abra el enlace de su mensaje
home-text = Quien le pide que se verifique le envía un enlace propio, por correo o en otro mensaje. Ábralo para empezar o para continuar. Lo que ya indicó se conserva.
home-resume = Continuar con su verificación
paste-label = O pegue aquí su enlace
paste-hint = Cópielo entero desde el mensaje, aunque ocupe varias líneas.
paste-go = Abrir el enlace
paste-wrong = Esto no es un enlace completo. Cópielo de nuevo, desde «https» hasta la última letra.
support = Obtener ayuda de { $company }
left-why = Este dispositivo ya no abre el formulario, por si lo usan otras personas.
left-again = Continuar ahora

expired-title = Este enlace ha caducado
expired-text = Por su seguridad, los enlaces solo funcionan unos días. Sus respuestas se han guardado. Para continuar, pida un enlace nuevo a { $company }.
replaced-title = Hay un enlace más reciente
replaced-text = { $company } le ha enviado un enlace más reciente, por lo que este ya no funciona. Sus respuestas se han guardado. Use el enlace más reciente o pida otro a { $company }.
abandoned-title = Este formulario está cerrado por ahora
abandoned-text = { $company } le pidió que corrigiera algunos datos y hace tiempo que no recibe respuesta, por lo que el formulario está cerrado por ahora. Sus respuestas se han guardado. Para continuar, pida un enlace nuevo a { $company }.
submitted-title = Gracias. Hemos recibido sus datos
submitted-text = { $company } revisará ahora sus datos y documentos y se pondrá en contacto con usted para comunicarle el resultado o si necesita algo más. No tiene que hacer nada y puede cerrar esta página.
approved-title = Su verificación se ha completado
approved-text = { $company } ha comprobado y aceptado sus datos. No tiene que hacer nada más y puede cerrar esta página.
rejected-title = No se ha podido completar su verificación
rejected-text = { $company } no ha podido verificar los datos que envió. Si cree que se trata de un error, póngase en contacto con { $company }. Pueden enviarle un enlace nuevo para que lo intente otra vez.
offboarded-title = Este formulario está cerrado
offboarded-text = Ya no es cliente de { $company }, por lo que no tiene que rellenar nada. Si cree que se trata de un error, póngase en contacto con { $company }.
go-back = Volver a { $company }
questions = ¿Tiene alguna pregunta? Póngase en contacto con { $company }, que le envió este enlace.
reference = Referencia: { $reference }
reference-use = Si se pone en contacto con { $company }, indique esta referencia.
unknown-link-title = Este enlace no funciona
unknown-link-text = Es posible que falte una parte del enlace. Ábralo de nuevo desde el mensaje que recibió o cópielo entero. Si sigue sin funcionar, pida un enlace nuevo a la empresa que se lo envió.
no-pass-title = Abra de nuevo su enlace
no-pass-text = Para proteger sus datos, este formulario solo se abre desde su enlace. Abra el enlace del mensaje que recibió: sus respuestas se han guardado. Si vuelve a ver esta página, permita las cookies en este sitio web.
not-found-title = Página no encontrada
not-found-text = Puede que las preguntas del formulario hayan cambiado desde que abrió esta página. Vuelva atrás o abra su enlace de nuevo. Sus respuestas se han guardado.
failed-title = Se ha producido un error
failed-text = El problema es nuestro. Todo lo que guardó sigue ahí. Vuelva atrás e inténtelo de nuevo dentro de un momento.
cross-site-title = No hemos podido aceptar esta solicitud
cross-site-text = Por su seguridad, las respuestas solo se pueden enviar desde el propio formulario. Abra el enlace del mensaje que recibió e inténtelo de nuevo.
too-fast-title = Espere un minuto, por favor
too-fast-text = Hemos recibido muchos envíos en poco tiempo. Para evitar abusos, hay un límite por minuto. Todo lo que guardó sigue ahí. Vuelva atrás e inténtelo de nuevo dentro de un minuto.
incomplete-title = Sus respuestas no llegaron completas
incomplete-text = Es posible que se haya interrumpido la conexión. Esta vez no se guardó nada de esta página. Vuelva atrás y envíela de nuevo.
too-long-title = Sus respuestas son demasiado largas
too-long-text = Había demasiado texto en esta página y esta vez no se guardó nada de ella. Vuelva atrás, acorte lo que escribió y envíela de nuevo.

steps = Pasos
steps-done = { $done } de { $all } pasos completados
step-done = Completado
step-of = Paso { $number } de { $all }
back = Atrás
step-left = { $count ->
    [one] Falta 1 dato
   *[other] Faltan { $count } datos
}
step-details = Sobre usted
step-business = Sobre la empresa
step-address = Dirección
step-identity = Documento de identidad
step-funds = Para qué usará la cuenta
step-people = Personas que poseen o dirigen la empresa
step-documents = Documentos
step-review = Revisar y enviar
step-ready = Listo para enviar
continue = Continuar
save-and-continue = Guardar y continuar
save-and-exit = Guardar y salir
optional = (opcional)
choose = Elija
choose-kept = Ya indicado (oculto)
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
saved-over = Sustituye a lo que se guardó en otro dispositivo el { $time }.
saved-elsewhere = Guardado en otro dispositivo el { $time }.
kept = Ya indicado: { $mask }. Se oculta para proteger su privacidad. Para conservarlo, deje el campo vacío.
replaced = Guardado. Algunas de sus respuestas sustituyen a las guardadas en otro dispositivo.
errors = { $count ->
    [one] Hay un problema
   *[other] Hay { $count } problemas
}

people-text = Añada a cada persona que posea el 25 % o más de la empresa y a cada persona que la dirija o controle, por ejemplo, un administrador.
people-none = Todavía no ha añadido a nadie.
people-full = No puede añadir más personas. Quite una antes.
people-complete = Los datos de { $name } están completos. Añada otra persona o continúe.
people-shares = { $named } % del 100 % indicado
people-owns = Posee el { $share } %
people-owner = Propietario
people-controls = Controla la empresa
needed = También necesitamos:
needed-owner = Como { $name } posee el 25 % o más, también necesitamos:
needed-controller = Como { $name } controla la empresa, también necesitamos:
needed-both = Como { $name } posee el 25 % o más y controla la empresa, también necesitamos:
person-add = Añadir una persona
person-number = Persona { $number }
person-remove = Quitar a esta persona
person-remove-sure = Se borrará todo lo indicado sobre esta persona.
person-remove-yes = Sí, quitar

upload-hint = Suba una foto o un escaneo (JPEG o PNG) o un PDF, de hasta 10 MB.
example-whole = Entero en la imagen, con las cuatro esquinas
example-page = La página con la foto, hasta las últimas líneas
example-sharp = Ni borroso ni demasiado oscuro
example-glare = Sin reflejos y sin nada encima
example-letter = Se leen el nombre, la dirección y la fecha
upload-choose = Elegir un archivo
upload-another = Elegir otro archivo
upload-camera = Hacer una foto
upload-send = Subir
upload-none = Elija antes un archivo.
upload-again = Ya envió otro archivo desde esta página. Elija de nuevo su archivo.
upload-refused = «{ $field }»: { $why }
upload-full = No puede añadir más documentos. Quite uno antes.
upload-unsupported_file_type = Este archivo no es JPEG, PNG ni PDF. Elija otro archivo o haga una foto.
upload-damaged_file = Este archivo está vacío o dañado y no se puede abrir. Elija otro archivo.
upload-infected_file = Nuestro antivirus rechazó este archivo. Elija otro archivo o haga una foto.
upload-not_scanned = En este momento no se pudo analizar el archivo en busca de virus. Inténtelo de nuevo en unos minutos.
upload-payload_too_large = Este archivo ocupa más de 10 MB. Elija uno más pequeño o haga una foto.
upload-heic = Es una foto HEIC y este navegador no puede convertirla. Haga una foto aquí o elija un JPEG, PNG o PDF.
upload-pixels = Esta foto tiene demasiados píxeles. Elija una más pequeña o haga una foto aquí.
upload-preparing = Preparando la foto…
upload-progress = Subiendo: { $percent } %
upload-done = Archivo subido: { $name }
upload-broken = No se pudo enviar el archivo: la conexión se cortó tres veces.
upload-try-again = Reintentar
upload-other = Elegir un archivo distinto
upload-cancel = Cancelar
upload-cancelled = Se canceló la subida.
upload-waiting = Todavía se está subiendo un archivo. Continuará en cuanto termine.
file-given = Archivo subido
file-refused = No aceptado: { $why }
file-asked-again = No aceptado: se necesita un archivo nuevo
file-remove = Quitar
file-remove-number = Quitar el archivo { $number }: { $document }
js-offline = Sin conexión. Lo que ha escrito sigue aquí y se guardará en cuanto vuelva la conexión.
js-retry = Se ha cortado la conexión. Intentándolo de nuevo…
js-sending = Subiendo…

review-left = { $count ->
    [one] Falta un dato por completar antes de enviar
   *[other] Faltan { $count } datos por completar antes de enviar
}
review-kept = Indicado ({ $mask })
review-changed = Algo ha cambiado desde que abrió esta página. Revise de nuevo sus respuestas.
reveal-title = Ver lo que se indicó antes
reveal-individual = Una parte se indicó en otro dispositivo o la indicó { $company }, y está oculta. Para verla, escriba su fecha de nacimiento.
reveal-corporate = Una parte se indicó en otro dispositivo o la indicó { $company }, y está oculta. Para verla, escriba la fecha de constitución de la empresa.
reveal-show = Mostrar
reveal-wrong = { $count ->
    [one] No es la fecha que tenemos. Puede intentarlo una vez más.
   *[other] No es la fecha que tenemos. Puede intentarlo { $count } veces más.
}
reveal-closed = La fecha fue incorrecta demasiadas veces. Con este enlace, lo que se indicó antes sigue oculto. No se ha perdido nada.
reveal-never-title = Una parte está oculta
reveal-never = Lo que se indicó en otro dispositivo o indicó { $company } no se muestra aquí, para protegerlo. Donde una página lo pida, confirme que sigue siendo correcto o indíquelo de nuevo.
keep-as-given = Sigue siendo correcto
kept-confirmed = Lo ha confirmado.
change = Cambiar
truth-title = Su declaración
truth-missing = Marque la casilla para declarar que lo que ha indicado es cierto y completo
picture-show = Mostrar la imagen
review-share = { $share } %
review-control = Controla la empresa
consent-title = Su consentimiento
consent-true = Lo que he indicado es cierto y completo.
consent-use = { $company } puede usarlo para verificarme, a mí y a las personas que he nombrado, como exige la ley, y conservarlo mientras la ley lo exija.
consent-share = { $company } puede hacerlo comprobar por las empresas a las que recurre para la verificación.
consent-agree = Acepto que mis datos se usen de esta forma.
consent-missing = Marque la casilla para aceptar el uso de sus datos
submit = Enviar

wrong-unconfirmed = Confirme que el dato «{ $field }» sigue siendo correcto o indíquelo de nuevo
wrong-unconfirmed-document = Confirme que el archivo de «{ $field }» sigue siendo correcto o súbalo de nuevo
wrong-too_long = El texto de «{ $field }» es demasiado largo. Use { $most } caracteres como máximo
wrong-nul_character = El campo «{ $field }» contiene un carácter que no se puede guardar. Bórrelo y escríbalo de nuevo
wrong-invalid_date = { $field }: el { $date } no existe. Compruebe el día y el mes
wrong-other = No se puede aceptar «{ $field }». Compruébelo y escríbalo de nuevo
fault-in_the_future = { $field }: no puede ser una fecha futura. Compruebe el año
fault-too_young = Debe tener al menos 18 años. Si el dato «{ $field }» es incorrecto, corríjalo
fault-no_amount = { $field }: escriba el importe en cifras, por ejemplo, 5000
fault-no_website = { $field }: escriba la dirección completa, por ejemplo, www.example.com
fault-no_share = { $field }: escriba cada participación como porcentaje, por ejemplo, 33,3
fault-shares_too_many = { $field }: las participaciones suman más del 100 %. Compruebe la de cada persona
fault-asked_again = Compruebe este dato e indíquelo de nuevo: { $field }
fault-other_document = El archivo de «{ $field }» muestra un documento distinto del que indicó. Suba el documento indicado o corrija sus datos
fault-needs_password = El PDF de «{ $field }» está protegido con contraseña. Suba una copia que se abra sin contraseña
fault-unusable_picture = La imagen de «{ $field }» es demasiado pequeña para leerla. Suba una de al menos 200 píxeles de ancho y de alto
missing = Rellene el campo «{ $field }»
missing-document = Suba un archivo para «{ $field }»
missing-first_name = Indique su nombre de pila tal como figura en su documento de identidad
missing-person_first_name = Indique el nombre de pila de esta persona tal como figura en su documento de identidad
missing-last_name = Indique sus apellidos tal como figuran en su documento de identidad
missing-person_last_name = Indique los apellidos de esta persona tal como figuran en su documento de identidad
missing-birth_date = Indique su fecha de nacimiento
missing-nationality = Elija su nacionalidad
missing-person_nationality = Elija la nacionalidad de esta persona
missing-residential_address-country = Elija el país en el que vive
missing-person_residential_address-country = Elija el país en el que vive esta persona
missing-business_address-country = Elija el país en el que está registrada la empresa
missing-street_line_1 = Indique la calle y el número
missing-city = Indique la ciudad o localidad
missing-state = { $country ->
    [US] Indique el estado
    [ES] Indique la provincia
   *[other] Indique el estado o la provincia
}
missing-postal_code = Indique el código postal
missing-id_document-type = Elija el tipo de documento de identidad
missing-id_document-number = Indique el número que figura en el documento de identidad
missing-id_document-issuing_country = Elija el país que expidió el documento
missing-tax_number-type = Elija el tipo de número de identificación fiscal
missing-tax_number-number = Indique el número de identificación fiscal
missing-tax_number-issuing_country = Elija el país que asignó el número de identificación fiscal
missing-id_document_front = { $document ->
    [passport] Suba la página del pasaporte con la fotografía
    [driver_license] Suba una foto del anverso de su permiso de conducir
    [residence_permit] Suba una foto del anverso de su permiso de residencia
    [government_id] Suba una foto del anverso de su documento nacional de identidad
   *[other] Suba una foto del anverso de su documento de identidad
}
missing-person_id_document_front = { $document ->
    [passport] Suba la página con la fotografía del pasaporte de esta persona
   *[other] Suba una foto del anverso del documento de identidad de esta persona
}
missing-id_document_back = { $document ->
    [driver_license] Suba una foto del reverso de su permiso de conducir
    [residence_permit] Suba una foto del reverso de su permiso de residencia
    [government_id] Suba una foto del reverso de su documento nacional de identidad
   *[other] Suba una foto del reverso de su documento de identidad
}
missing-person_id_document_back = Suba una foto del reverso del documento de identidad de esta persona
missing-proof_of_address = Suba una factura, un extracto bancario o una carta oficial donde figuren su nombre y su dirección
missing-person_proof_of_address = Suba una factura, un extracto bancario o una carta oficial donde figuren el nombre y la dirección de esta persona
missing-business_proof_of_address = Suba una factura, un extracto bancario o una carta oficial donde figuren el nombre y la dirección de la empresa
missing-business_legal_name = Indique la razón social tal como figura en el registro mercantil
missing-registration_number = Indique el número de la empresa en el registro mercantil
missing-formation_date = Indique la fecha en que se constituyó la empresa
missing-primary_website = Indique la dirección del sitio web, por ejemplo, www.example.com
missing-business_description = Describa a qué se dedica la empresa
missing-business_formation = Suba la escritura o el certificado de constitución
missing-shareholder_registry = Suba el registro de socios o accionistas
missing-directors_registry = Suba el registro de administradores
missing-controller = Añada al menos a una persona que controle la empresa, por ejemplo, un administrador
missing-has_ownership = Indique si esta persona posee una parte de la empresa
missing-ownership_percentage = Indique el porcentaje de la empresa que posee esta persona
missing-has_control = Indique si esta persona controla la empresa
missing-account_purpose = Elija para qué usará la cuenta
missing-account_purpose_other = Describa para qué usará la cuenta
missing-expected_monthly_volume_usd = Indique la cantidad que prevé mover cada mes, en dólares de EE. UU.
missing-source_of_funds_description = Explique de dónde procede el dinero
missing-proof_of_source_of_funds = Suba un documento que acredite de dónde procede el dinero
missing-most_recent_occupation = Indique su profesión
missing-employment_status = Elija su situación laboral
missing-acting_as_intermediary = Indique si actúa por cuenta de otra persona
missing-birth_country = Elija el país en el que nació
none_given = Rellene al menos uno de estos campos: { $field }
none_given-legal_name = Indique su nombre tal como figura en su documento de identidad
none_given-person_legal_name = Indique el nombre de esta persona tal como figura en su documento de identidad

wrong-date_unseen = Esta fecha no existe. Compruebe «{ $field }»
wrong-date_incomplete = Indique el día, el mes y el año: { $field }
wrong-date_numbers = Escriba el día, el mes y el año en cifras: { $field }
wrong-date_year = { $field }: escriba el año con cuatro cifras, por ejemplo, 1990
wrong-date_month = { $field }: el mes debe ser un número del 1 al 12
wrong-date_day = { $field }: el día debe ser un número del 1 al 31
fault-asked_again-document = Suba un archivo nuevo: { $field }
wrong-other_calendar = { $calendar ->
    [persian] «{ $field }» parece una fecha del calendario persa
    [thai] «{ $field }» parece una fecha del calendario tailandés
    [either] «{ $field }» parece una fecha del calendario persa o del islámico
   *[other] «{ $field }» parece una fecha del calendario islámico
}
date-meant = ¿Quiso decir { $date }?
date-use = Usar { $date }
wrong-long_ago = { $field }: hace más de 120 años de esta fecha. Compruebe el año
wrong-blank = El campo «{ $field }» no contiene ningún carácter visible. Rellénelo de nuevo
wrong-no_letter = El campo «{ $field }» debe contener al menos una letra
wrong-unseen = El carácter en la posición { $at } de «{ $field }» es invisible. Borre todo lo que hay en este campo y escríbalo de nuevo
wrong-not_a_share = { $field }: escriba un número de 0 a 100, por ejemplo, 33,3

field-account_purpose = Finalidad de la cuenta
field-account_purpose_other = Finalidad de la cuenta, con sus propias palabras
field-acting_as_intermediary = ¿Actúa por cuenta de otra persona?
field-birth_country = País de nacimiento
field-birth_date = Fecha de nacimiento
field-business_address = Dirección de la empresa
field-business_description = A qué se dedica la empresa
field-business_legal_name = Razón social
field-city = Ciudad
field-country = País
field-employment_status = Situación laboral
field-expected_monthly_volume_usd = Cantidad que prevé mover cada mes, en dólares de EE. UU.
field-first_name = Nombre
field-formation_date = Fecha de constitución
field-has_control = ¿Controla esta persona la empresa, por ejemplo, como administrador?
field-has_ownership = ¿Posee esta persona una parte de la empresa?
field-id_document-issuing_country = País de expedición
field-id_document-number = Número del documento
field-id_document-type = Tipo de documento
field-last_name = Apellidos
field-middle_name = Segundo nombre
field-most_recent_occupation = Profesión
field-nationality = Nacionalidad
field-ownership_percentage = Participación en la empresa (%)
field-postal_code = Código postal
field-primary_website = Sitio web
field-registration_number = Número de registro
field-residential_address = Domicilio
field-source_of_funds_description = De dónde procede el dinero
field-state = Estado o provincia
field-street_line_1 = Calle y número
field-street_line_2 = Piso, puerta, edificio
field-tax_number = { $country ->
    [US] Número de la Seguridad Social (SSN) o ITIN
   *[other] Número de identificación fiscal
}
field-tax_number-type = Tipo de número de identificación fiscal

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
choice-personal_or_living_expenses = Gastos personales o cotidianos
choice-protect_wealth = Proteger los ahorros
choice-purchase_goods_and_services = Comprar bienes y servicios
choice-receive_payments_for_goods_and_services = Cobrar por bienes y servicios
choice-third_party_money_transmission = Enviar dinero por cuenta de otros
choice-treasury_management = Gestionar el dinero de una empresa

label-legal_name = Nombre completo oficial
label-residential_address = Dónde vive
label-residential_state = Estado
label-id_document = Su documento de identidad
label-id_document_front = { $kind ->
    [passport] Página del pasaporte con la foto
   *[other] Foto del documento de identidad, anverso
}
label-id_document_back = Documento de identidad, reverso
label-business_tax_number = { $country ->
    [US] Número de identificación del empleador (EIN)
   *[other] Número de identificación fiscal
}
label-proof_of_address = Justificante de domicilio
label-business_formation = Escritura o certificado de constitución
label-shareholder_registry = Registro de socios o accionistas
label-directors_registry = Registro de administradores
label-business_proof_of_address = Justificante de la dirección de la empresa
label-ownership = A quién pertenece la empresa
label-controller = Una persona que controle la empresa
label-person_address = Dónde vive esta persona
label-person_id_document = Documento de identidad de esta persona
label-person_proof_of_address = Justificante de domicilio de esta persona
label-proof_of_source_of_funds = Justificante de la procedencia del dinero

because-first_name = Tal como figura en el documento de identidad.
because-legal_name = Tal como figura en el documento de identidad. Si solo hay un nombre, rellene un campo y deje el otro vacío.
because-birth_date = Para que no le confundan con otra persona del mismo nombre.
because-nationality = Algunas comprobaciones legales dependen de ella.
because-residential_address = La dirección del domicilio. No se admite un apartado de correos.
because-residential_state = Todas las direcciones de Estados Unidos llevan el estado.
because-id_document = Use un documento oficial que no haya caducado.
because-id_document_front = Debe verse el documento entero, con la fotografía y todo el texto nítidos.
because-id_document_back = Las tarjetas tienen datos por las dos caras; por eso también hace falta el reverso.
because-proof_of_address = Una factura, un extracto bancario o una carta oficial de los últimos tres meses donde figuren el nombre y la dirección.
because-tax_number = La ley de Estados Unidos lo exige a quienes viven allí.
because-business_legal_name = Tal como figura en el registro mercantil.
because-registration_number = El número de la empresa en el registro mercantil.
because-formation_date = Tal como figura en el registro mercantil.
because-business_address = El domicilio social de la empresa.
because-business_tax_number = La ley de Estados Unidos lo exige a las empresas de allí.
because-primary_website = La dirección debe funcionar, por ejemplo, www.example.com.
because-business_formation = Demuestra que la empresa está legalmente constituida.
because-shareholder_registry = Demuestra a quién pertenece la empresa.
because-directors_registry = Demuestra quién actúa en nombre de la empresa.
because-ownership = Indique cada participación como porcentaje. En total no pueden superar el 100 %.
because-controller = La ley exige el nombre de al menos una persona que dirija o administre la empresa.
because-expected_volume = Basta con una estimación. Para importes mayores se necesita más información.
because-source_of_funds = La ley lo exige para importes elevados y para algunos fines y países. Por ejemplo: salario, ahorros o la venta de una vivienda.
because-proof_of_source_of_funds = Por ejemplo, una nómina, un contrato de compraventa o un extracto bancario.
because-account_purpose_other = Ha elegido «Otra cosa». Descríbalo en pocas palabras.
