the-company = A empresa
language = Idioma
language-choose = Mudar
skip = Ir para o conteúdo
footer = { $company } pede isto para cumprir suas obrigações legais. O que você informa é cifrado.
title-error = Erro: { $title }

welcome-individual = { $company } pede que você verifique sua identidade
welcome-corporate = { $company } pede que você verifique sua empresa
welcome-text = A lei obriga { $company } a saber quem são seus clientes. Nas próximas páginas você informa o necessário.
welcome-again = { $company } analisou o que você informou e precisa de algo novamente. As próximas páginas dizem o quê.
welcome-time = Leva cerca de dez minutos. Tenha seus documentos à mão.
welcome-saved = Tudo é salvo enquanto você preenche. Você pode parar a qualquer momento e continuar depois, aqui ou em outro dispositivo.
welcome-until = Este link vale até { $date }.
welcome-go = Começar

overview-title = Sua verificação
overview-text = Estas são as etapas. Faça-as na ordem que quiser; tudo vai sendo salvo.
overview-again = { $company } precisa de algo novamente.
overview-go = Continuar
overview-review = Revisar e enviar
comment = O que { $company } diz
leave = Parar aqui e continuar depois
left-title = Você saiu do formulário
left-text = Tudo está salvo. Para continuar, abra o link que recebeu. Você pode fechar esta página.

expired-title = Este link expirou
expired-text = Os links valem só alguns dias, para que um link perdido não abra nada. O que você informou está guardado. Para continuar, peça um novo link a { $company }.
replaced-title = Há um link mais novo
replaced-text = { $company } enviou depois um link mais novo; este não abre mais nada. O que você informou está guardado. Use o link mais novo ou peça outro a { $company }.
submitted-title = Obrigado: está tudo aqui
submitted-text = { $company } está analisando. Você não precisa fazer nada; vão avisar você.
approved-title = Você está verificado
approved-text = { $company } verificou você. Não há mais nada a fazer.
rejected-title = Não foi possível verificar
rejected-text = { $company } não conseguiu verificar o que você informou. Se acha que é um engano, pergunte a { $company }: é possível recomeçar e enviar um novo link.
offboarded-title = Não há nada a fazer aqui
offboarded-text = Sua relação com { $company } terminou. Se acha que é um engano, pergunte lá.
go-back = Voltar para { $company }
questions = Dúvidas? Escreva para { $company }, que enviou este link.
unknown-link-title = Este link não leva a lugar nenhum
unknown-link-text = Talvez tenha sido cortado ao copiar: abra-o de novo na mensagem em que o recebeu. Se não ajudar, peça um novo link à empresa que o enviou.
no-pass-title = Abra seu link de novo
no-pass-text = Este dispositivo não entrou no formulário, ou saiu dele. Abra o link na mensagem em que o recebeu; o que você informou está guardado. O formulário precisa de cookies: permita-os para este site.
not-found-title = Esta página não existe
not-found-text = O que é pedido a você pode ter mudado. Volte ou abra seu link de novo: o que você informou está guardado.
failed-title = Algo deu errado do nosso lado
failed-text = O que foi salvo antes está guardado. Volte e tente de novo em um instante.
cross-site-title = Isto não veio da nossa página
cross-site-text = Para sua segurança, não foi aceito. Abra o link na mensagem em que o recebeu e tente de novo lá.
too-fast-title = Foi muito de uma vez
too-fast-text = Para que ninguém abuse de um link, só se aceita uma certa quantidade por minuto. O que foi salvo está guardado. Volte e tente de novo em um minuto.
too-many-title = São muitos
too-many-text = Não é possível adicionar mais pessoas ou documentos. Volte e retire um antes.

steps = Etapas
steps-done = { $done } de { $all } etapas concluídas
step-done = Concluído
step-left = { $count ->
    [one] Falta { $count } item
   *[other] Faltam { $count } itens
}
step-details = Sobre você
step-business = Sobre a empresa
step-address = Endereço
step-identity = Documento de identidade
step-funds = Uso da conta
step-people = Proprietários e diretores
step-documents = Documentos
step-review = Revisar e enviar
continue = Continuar
save-and-continue = Salvar e continuar
optional = (opcional)
choose = Escolha
choose-kept = Já informado; oculto
countries-likely = Sugestões
countries-all = Todos os países
countries-open = Mostrar todos os países
countries-found = Países encontrados: { $count }
countries-none = Nenhum país tem este nome ou código. Tente outra grafia
countries-restored = Não é um país da lista. Continua escolhido: { $country }
countries-cleared = Não é um país da lista. Escolha um da lista
yes = Sim
no = Não
day = Dia
month = Mês
year = Ano
date = { $day } de { $month } de { $year }
date-month-first = { $day } de { $month } de { $year }
month-1 = janeiro
month-2 = fevereiro
month-3 = março
month-4 = abril
month-5 = maio
month-6 = junho
month-7 = julho
month-8 = agosto
month-9 = setembro
month-10 = outubro
month-11 = novembro
month-12 = dezembro
saved = Salvo.
saved-over = Substitui o que outro dispositivo salvou em { $time }.
saved-elsewhere = Salvo em outro dispositivo em { $time }.
kept = Já informado: { $mask }. Fica oculto aqui para sua proteção; deixe vazio para manter.
replaced = Salvo. Uma parte substitui o que outro dispositivo havia salvo.
errors = { $count ->
    [one] Há um problema
   *[other] Há { $count } problemas
}

people-text = Adicione todos que possuem 25 % ou mais da empresa e todos que a controlam, como os diretores.
people-none = Ninguém foi adicionado ainda.
person-add = Adicionar uma pessoa
person-number = Pessoa { $number }
person-remove = Retirar esta pessoa
person-remove-sure = O que foi informado sobre esta pessoa será apagado.
person-remove-yes = Sim, retirar

upload-hint = JPEG, PNG ou PDF, no máximo 10 MB. Tudo deve estar legível.
upload-choose = Escolher um arquivo
upload-another = Escolher outro arquivo
upload-camera = Tirar uma foto
upload-send = Enviar
upload-none = Escolha um arquivo antes.
upload-again = Esta página já tinha enviado outro arquivo. Escolha o arquivo de novo.
upload-unsupported_file_type = Não é JPEG, PNG nem PDF. Escolha outro arquivo ou tire uma foto.
upload-damaged_file = Este arquivo está danificado ou vazio. Escolha outro.
upload-payload_too_large = Este arquivo tem mais de 10 MB. Escolha um menor.
file-given = Um arquivo foi entregue
file-remove = Retirar
file-remove-number = Retirar o arquivo { $number }: { $document }
js-offline = Sem conexão. O que você digitou continua aqui e será salvo assim que a conexão voltar.
js-retry = A conexão caiu. Tentando de novo…
js-sending = Enviando…

review-left = { $count ->
    [one] Falta um item para você poder enviar
   *[other] Faltam { $count } itens para você poder enviar
}
review-kept = Informado ({ $mask })
review-files = { $count ->
    [one] { $count } arquivo
   *[other] { $count } arquivos
}
review-changed = Algo mudou desde que esta página foi mostrada. Veja-a de novo.
change = Mudar
consent-title = Seu consentimento
consent-true = O que informei é verdadeiro e completo.
consent-use = { $company } pode usar isto para me verificar, e às pessoas que indiquei, como a lei exige, e guardar pelo tempo que a lei exige.
consent-share = { $company } pode mandar conferir isto pelas empresas que usa para a verificação.
consent-agree = Concordo
consent-missing = Marque a caixa para concordar
submit = Enviar

wrong-missing = Falta preencher
wrong-none_given = Preencha pelo menos um destes campos
wrong-too_long = Tem mais de { $most } caracteres
wrong-nul_character = Contém um caractere que não pode ser guardado
wrong-invalid_date = Esta data não existe
wrong-unknown_country = Escolha um país da lista
wrong-unknown_value = Escolha um item da lista
wrong-wrong_type = Escolha sim ou não
wrong-other_calendar = { $calendar ->
    [persian] Parece uma data do calendário persa
    [thai] Parece uma data do calendário tailandês
    [either] Parece uma data do calendário persa ou do islâmico
   *[other] Parece uma data do calendário islâmico
}
date-meant = Quis dizer { $date }?
date-use = Usar { $date }
wrong-long_ago = Esta data é de há mais de 120 anos. Verifique o ano
wrong-blank = Escreva isto com letras ou algarismos visíveis; um nome tem pelo menos uma letra
wrong-unseen = O caractere na posição { $at } é invisível. Apague tudo neste campo e digite novamente
wrong-not_a_share = Escreva a participação como um número de 0 a 100, por exemplo 33,3
wrong-other = Não pode ser aceito assim
fault-in_the_future = Está no futuro
fault-too_young = Você deve ter pelo menos 18 anos
fault-no_amount = Não é um valor. Escreva um número, como 5000
fault-no_website = Não é o endereço de um site
fault-no_share = Uma das participações não é uma porcentagem. Escreva um número, como 33.3
fault-shares_too_many = As participações somam mais de 100 por cento
fault-asked_again = Informe de novo, por favor
fault-other_document = Isto mostra um documento diferente do que indicou
fault-needs_password = Este PDF só abre com senha. Envie um que abra sem senha
fault-unusable_picture = Esta imagem é pequena demais para ser lida. Envie uma com pelo menos 200 pixels de cada lado

field-account_purpose = Finalidade da conta
field-account_purpose_other = Para que serve a conta
field-acting_as_intermediary = Você age por outra pessoa?
field-birth_country = País de nascimento
field-birth_date = Data de nascimento
field-business_address = Endereço da empresa
field-business_description = O que a empresa faz
field-business_legal_name = Razão social
field-city = Cidade
field-country = País
field-employment_status = Situação de trabalho
field-expected_monthly_volume_usd = Volume mensal previsto em dólares dos EUA
field-first_name = Nome
field-formation_date = Data de constituição
field-has_control = Esta pessoa controla a empresa, por exemplo como diretora?
field-has_ownership = Esta pessoa possui uma parte da empresa?
field-id_document-issuing_country = País que emitiu
field-id_document-number = Número do documento
field-id_document-type = Tipo de documento
field-last_name = Sobrenome
field-middle_name = Nome do meio
field-most_recent_occupation = Profissão
field-nationality = Nacionalidade
field-ownership_percentage = Participação em porcentagem
field-postal_code = { $country ->
    [BR] CEP
   *[other] Código postal
}
field-primary_website = Site
field-registration_number = Número de registro
field-residential_address = Endereço residencial
field-source_of_funds_description = De onde vem o dinheiro
field-state = Estado ou província
field-street_line_1 = Rua e número
field-street_line_2 = Apartamento, andar, prédio
field-tax_number = { $country ->
    [US] Número da Segurança Social (SSN) ou ITIN
   *[other] Número fiscal
}
field-tax_number-type = Tipo de número

choice-passport = Passaporte
choice-driver_license = Carteira de motorista
choice-residence_permit = Autorização de residência
choice-government_id = Carteira de identidade
choice-state_or_provincial_id = Identidade estadual ou provincial
choice-employed = Empregado
choice-homemaker = Do lar
choice-retired = Aposentado
choice-self_employed = Autônomo
choice-student = Estudante
choice-unemployed = Desempregado
choice-charitable_donations = Doações
choice-ecommerce_retail_payments = Pagamentos de uma loja virtual
choice-investment_purposes = Investimento
choice-other = Outra coisa
choice-payments_to_friends_or_family_abroad = Pagamentos a amigos ou família no exterior
choice-payroll = Salários
choice-personal_or_living_expenses = Despesas pessoais ou do dia a dia
choice-protect_wealth = Proteger economias
choice-purchase_goods_and_services = Comprar bens e serviços
choice-receive_payments_for_goods_and_services = Receber por bens e serviços
choice-third_party_money_transmission = Enviar dinheiro para terceiros
choice-treasury_management = Gerir o dinheiro de uma empresa

label-legal_name = Nome oficial
label-residential_address = Onde você mora
label-residential_state = Estado
label-id_document = Seu documento de identidade
label-business_tax_number = { $country ->
    [US] Número de identificação do empregador (EIN)
   *[other] Número fiscal
}
label-id_document_front = { $kind ->
    [passport] Página do passaporte com a foto
   *[other] Foto do documento de identidade, frente
}
label-id_document_back = Foto do documento de identidade, verso
label-proof_of_address = Comprovante de endereço
label-business_formation = Contrato social ou certidão de constituição
label-shareholder_registry = Registro de sócios ou acionistas
label-directors_registry = Registro de diretores
label-business_proof_of_address = Comprovante de endereço da empresa
label-ownership = Participações dos proprietários
label-controller = Pelo menos uma pessoa com controle
label-person_address = Onde esta pessoa mora
label-person_id_document = Documento de identidade desta pessoa
label-person_proof_of_address = Comprovante de endereço desta pessoa
label-proof_of_source_of_funds = Comprovante da origem do dinheiro

because-first_name = Como no documento de identidade.
because-legal_name = Como no documento de identidade. Se houver apenas um nome, preencha um dos campos e deixe o outro vazio.
because-birth_date = Distingue pessoas de mesmo nome.
because-nationality = Algumas leis dependem dela.
because-residential_address = Não uma caixa postal.
because-residential_state = Endereços nos Estados Unidos indicam um estado.
because-id_document = Um documento oficial válido.
because-id_document_front = Comprova a identidade.
because-id_document_back = Todos, menos os passaportes, têm algo no verso.
because-proof_of_address = Uma conta, um extrato bancário ou uma carta oficial dos últimos três meses com nome e endereço.
because-tax_number = Com ele são declarados os residentes nos Estados Unidos.
because-business_legal_name = Como no registro.
because-registration_number = Identifica a empresa em seu registro.
because-formation_date = É comparada com o registro.
because-business_address = Onde a empresa está registrada.
because-business_tax_number = Com ele são declaradas as empresas dos Estados Unidos.
because-primary_website = O que é informado deve levar a algum lugar.
because-business_formation = Comprova que a empresa existe.
because-shareholder_registry = Comprova de quem é a empresa.
because-directors_registry = Comprova quem age pela empresa.
because-ownership = As participações são porcentagens, no máximo 100 ao todo.
because-controller = Alguém age pela empresa, e sabe-se quem.
because-expected_volume = De quem movimenta mais, pede-se mais.
because-source_of_funds = É pedido em grandes volumes, algumas finalidades e alguns países.
because-proof_of_source_of_funds = Por exemplo, um contracheque, um contrato de venda ou um extrato bancário.
because-account_purpose_other = Você informou que é para outra coisa.
