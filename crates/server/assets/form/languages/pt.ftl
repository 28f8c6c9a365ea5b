the-company = A empresa
language = Idioma
skip = Ir para o conteúdo
footer = { $company } precisa, por lei, pedir estas informações. Elas são armazenadas de forma criptografada.
title-error = Erro: { $title }

welcome-individual = { $company } pede que você verifique sua identidade
welcome-corporate = { $company } pede que você verifique sua empresa
welcome-text = { $company } precisa, por lei, verificar quem são seus clientes. Nas próximas páginas, informe seus dados e envie os documentos necessários.
welcome-again = { $company } analisou o que você enviou e precisa que você corrija alguns dados. A próxima página mostra quais.
welcome-minutes = Leva cerca de { $minutes } minutos.
welcome-saved = Suas respostas são salvas à medida que você avança. Você pode parar a qualquer momento e continuar depois, neste ou em outro dispositivo.
welcome-until = Este link funciona até { $date }.
welcome-go = Começar
ready-title = Tenha isto à mão
ready-id_document = Seu documento de identidade, como passaporte ou carteira de identidade
ready-person_id_document = Um documento de identidade de cada sócio e diretor
ready-person_proof_of_address = Um comprovante de endereço de cada sócio e diretor
company-legal = { $legal } é responsável por seus dados.
company-privacy = Aviso de privacidade de { $company }
company-terms = Termos de { $company }
company-support = Pedir ajuda a { $company }
review-takes = { $company } costuma levar { $time } para decidir.
time-minutes = { $count ->
    [one] { $count } minuto
   *[other] { $count } minutos
}
time-hours = { $count ->
    [one] { $count } hora
   *[other] { $count } horas
}
time-days = { $count ->
    [one] { $count } dia
   *[other] { $count } dias
}
time-working-days = { $count ->
    [one] { $count } dia útil
   *[other] { $count } dias úteis
}

overview-title = Sua verificação
overview-text = Complete estas etapas na ordem que preferir. Suas respostas são salvas à medida que você avança.
overview-again = { $company } precisa que você corrija alguns dados.
overview-go = Continuar
overview-review = Revisar e enviar
comment = Mensagem de { $company }
correct = Isto está correto como está
correct-why = Por que está correto?
correct-hint = { $company } lê o seu motivo. Com ele, você não precisa informar isto de novo.
correct-kept = Você já informou um motivo, que está oculto aqui. Deixe vazio para mantê-lo.
leave = Salvar e sair
exit-saved = Tudo está salvo. Você pode fechar esta página e continuar depois com o mesmo link.
left-title = Você saiu do formulário
left-text = Suas respostas estão salvas. Para continuar, abra o link que você recebeu. Você pode fechar esta página.

home-name = Verificação de identidade
home-title = Abra o link da sua mensagem
home-text = Quem pede a sua verificação envia um link só seu, por e-mail ou em outra mensagem. Abra-o para começar ou para continuar. O que você já informou está guardado.
home-resume = Continuar a sua verificação
paste-label = Ou cole o seu link aqui
paste-hint = Copie-o inteiro da mensagem, mesmo que ocupe várias linhas.
paste-go = Abrir o link
paste-wrong = Este não é um link completo. Copie-o de novo, de “https” até a última letra.
support = Obter ajuda de { $company }
left-why = Este dispositivo não abre mais o formulário, caso outras pessoas também o usem.
left-again = Continuar agora

expired-title = Este link expirou
expired-text = Para sua segurança, um link funciona apenas por alguns dias. Suas respostas estão salvas. Para continuar, peça um novo link a { $company }.
replaced-title = Existe um link mais recente
replaced-text = { $company } enviou a você um link mais recente, por isso este não funciona mais. Suas respostas estão salvas. Use o link mais recente ou peça outro a { $company }.
abandoned-title = Este formulário está fechado por enquanto
abandoned-text = { $company } pediu que você corrigisse alguns dados e está há algum tempo sem resposta. Por isso, o formulário está fechado por enquanto. Suas respostas estão salvas. Para continuar, peça um novo link a { $company }.
submitted-title = Obrigado. Recebemos seus dados
submitted-text = { $company } vai agora analisar seus dados e documentos e entrará em contato com você para informar o resultado ou pedir algo mais. Você não precisa fazer nada e pode fechar esta página.
approved-title = Sua verificação foi concluída
approved-text = { $company } conferiu e aceitou seus dados. Você não precisa fazer mais nada e pode fechar esta página.
rejected-title = Sua verificação não foi aprovada
rejected-text = { $company } não conseguiu verificar os dados que você enviou. Se você acha que houve um engano, entre em contato com { $company }. Um novo link pode ser enviado para você tentar de novo.
offboarded-title = Este formulário está encerrado
offboarded-text = Você não é mais cliente de { $company }, por isso não há nada a preencher. Se você acha que houve um engano, entre em contato com { $company }.
go-back = Voltar para { $company }
questions = Dúvidas? Entre em contato com { $company }, que enviou este link.
reference = Referência: { $reference }
reference-use = Se entrar em contato com { $company }, informe esta referência.
unknown-link-title = Este link não funciona
unknown-link-text = Talvez falte uma parte do link. Abra-o novamente pela mensagem que você recebeu ou copie o link inteiro. Se ainda não funcionar, peça um novo link à empresa que o enviou.
no-pass-title = Abra seu link novamente
no-pass-text = Para proteger seus dados, este formulário só abre pelo seu link. Abra o link da mensagem que você recebeu: suas respostas estão salvas. Se esta página aparecer de novo, permita cookies neste site.
not-found-title = Página não encontrada
not-found-text = As perguntas do formulário podem ter mudado desde que você abriu esta página. Volte ou abra seu link novamente. Suas respostas estão salvas.
failed-title = Ocorreu um erro
failed-text = O problema é nosso. Tudo o que você salvou continua guardado. Volte e tente novamente em instantes.
cross-site-title = Não foi possível aceitar esta solicitação
cross-site-text = Para sua segurança, as respostas só podem ser enviadas pelo próprio formulário. Abra o link da mensagem que você recebeu e tente novamente.
too-fast-title = Aguarde um minuto
too-fast-text = Recebemos muitos envios seus em pouco tempo. Para evitar abusos, há um limite por minuto. Tudo o que você salvou continua guardado. Volte e tente novamente em um minuto.
incomplete-title = Suas respostas não chegaram por completo
incomplete-text = A conexão pode ter sido interrompida. Nada desta página foi salvo desta vez. Volte e envie-a novamente.
too-long-title = Suas respostas são longas demais
too-long-text = Havia texto demais nesta página e nada dela foi salvo desta vez. Volte, encurte o que você escreveu e envie-a novamente.

steps = Etapas
steps-done = { $done } de { $all } etapas concluídas
step-of = Etapa { $number } de { $all }
back = Voltar
step-done = Concluído
step-left = { $count ->
    [one] Falta { $count } item
   *[other] Faltam { $count } itens
}
step-details = Seus dados
step-business = Sobre a empresa
step-address = Endereço
step-identity = Documento de identidade
step-funds = Como você vai usar a conta
step-people = Pessoas que são donas ou dirigem a empresa
step-documents = Documentos
step-review = Revisar e enviar
step-ready = Pronto para enviar
continue = Continuar
save-and-continue = Salvar e continuar
save-and-exit = Salvar e sair
optional = (opcional)
choose = Escolha
choose-kept = Já informado (oculto)
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
saved-over = Esta resposta substitui a que foi salva em outro dispositivo em { $time }.
saved-elsewhere = Salvo em outro dispositivo em { $time }.
kept = Já informado: { $mask }. Está oculto para proteger sua privacidade. Para manter, deixe este campo vazio.
replaced = Salvo. Algumas das suas respostas substituem respostas salvas em outro dispositivo.
errors = { $count ->
    [one] Há um problema
   *[other] Há { $count } problemas
}

people-text = Adicione cada pessoa que possui 25% ou mais da empresa e cada pessoa que a administra ou controla, como um diretor.
people-none = Você ainda não adicionou ninguém.
people-full = Não é possível adicionar mais pessoas. Remova uma antes.
people-complete = Os dados de { $name } estão completos. Adicione outra pessoa ou continue.
people-shares = { $named } % de 100 % informados
people-owns = Possui { $share }%
people-owner = Proprietário
people-controls = Controla a empresa
needed = Também precisamos de:
needed-owner = Como { $name } possui 25 % ou mais, também precisamos de:
needed-controller = Como { $name } controla a empresa, também precisamos de:
needed-both = Como { $name } possui 25 % ou mais e controla a empresa, também precisamos de:
person-add = Adicionar uma pessoa
person-number = Pessoa { $number }
person-remove = Remover esta pessoa
person-remove-sure = Tudo o que foi informado sobre esta pessoa será apagado.
person-remove-yes = Sim, remover

upload-hint = Envie uma foto ou digitalização (JPEG ou PNG) ou um PDF, de até 10 MB.
example-whole = Inteiro na imagem, com os quatro cantos
example-page = A página com a foto, até as últimas linhas
example-sharp = Nem borrada nem escura demais
example-glare = Sem reflexos e sem nada por cima
example-letter = O nome, o endereço e a data podem ser lidos
upload-choose = Escolher um arquivo
upload-another = Escolher outro arquivo
upload-camera = Tirar uma foto
upload-send = Enviar
upload-none = Escolha primeiro um arquivo.
upload-again = Você já enviou outro arquivo por esta página. Escolha seu arquivo novamente.
upload-refused = “{ $field }”: { $why }
upload-full = Não é possível adicionar mais documentos. Remova um antes.
upload-unsupported_file_type = Este arquivo não é JPEG, PNG nem PDF. Escolha outro arquivo ou tire uma foto.
upload-damaged_file = Este arquivo está vazio ou danificado e não pode ser aberto. Escolha outro arquivo.
upload-infected_file = Nosso antivírus recusou este arquivo. Escolha outro arquivo ou tire uma foto.
upload-not_scanned = No momento, não foi possível verificar se o arquivo tem vírus. Tente de novo em alguns minutos.
upload-payload_too_large = Este arquivo tem mais de 10 MB. Escolha um menor ou tire uma foto.
upload-heic = Esta é uma foto HEIC, que este navegador não consegue converter. Tire uma foto aqui ou escolha um JPEG, PNG ou PDF.
upload-pixels = Esta foto tem pixels demais. Escolha uma menor ou tire uma foto aqui.
upload-preparing = Preparando a foto…
upload-progress = Enviando: { $percent }%
upload-done = Arquivo enviado: { $name }
upload-broken = Não foi possível enviar o arquivo: a conexão caiu três vezes.
upload-try-again = Tentar de novo
upload-other = Escolher um arquivo diferente
upload-cancel = Cancelar
upload-cancelled = O envio foi cancelado.
upload-waiting = Um arquivo ainda está sendo enviado. Você continuará assim que terminar.
file-given = Arquivo enviado
file-refused = Não aceito: { $why }
file-asked-again = Não aceito: é necessário um novo arquivo
file-remove = Remover
file-remove-number = Remover o arquivo { $number }: { $document }
js-offline = Sem conexão. O que você digitou continua aqui e será salvo assim que a conexão voltar.
js-retry = A conexão caiu. Tentando novamente…
js-sending = Enviando…

review-left = { $count ->
    [one] Falta { $count } item para você poder enviar
   *[other] Faltam { $count } itens para você poder enviar
}
review-kept = Informado ({ $mask })
review-changed = Algo mudou desde que você abriu esta página. Confira suas respostas novamente.
reveal-title = Ver o que foi informado antes
reveal-individual = Uma parte foi informada em outro dispositivo ou por { $company } e está oculta. Para vê-la, digite sua data de nascimento.
reveal-corporate = Uma parte foi informada em outro dispositivo ou por { $company } e está oculta. Para vê-la, digite a data de constituição da empresa.
reveal-show = Mostrar
reveal-wrong = { $count ->
    [one] Esta não é a data que temos. Você pode tentar mais uma vez.
   *[other] Esta não é a data que temos. Você pode tentar mais { $count } vezes.
}
reveal-closed = A data estava errada vezes demais. Com este link, o que foi informado antes continua oculto. Nada se perdeu.
reveal-never-title = Uma parte está oculta
reveal-never = O que foi informado em outro dispositivo ou por { $company } não aparece aqui, para sua proteção. Onde uma página pedir, confirme que continua correto ou informe de novo.
keep-as-given = Continua correto
kept-confirmed = Você confirmou isto.
change = Alterar
truth-title = Sua declaração
truth-missing = Marque a caixa para declarar que o que informou é verdadeiro e completo
picture-show = Mostrar a imagem
review-share = { $share }%
review-control = Controla a empresa
consent-title = Seu consentimento
consent-true = O que informei é verdadeiro e completo.
consent-use = { $company } pode usar isto para me verificar, e às pessoas que indiquei, como a lei exige, e guardar pelo tempo que a lei exige.
consent-share = { $company } pode mandar conferir isto pelas empresas que usa para a verificação.
consent-agree = Concordo que meus dados sejam usados desta forma.
consent-missing = Marque a caixa para concordar com o uso de seus dados
submit = Enviar

wrong-unconfirmed = Confirme que o dado “{ $field }” continua correto ou informe-o de novo
wrong-unconfirmed-document = Confirme que o arquivo de “{ $field }” continua correto ou envie-o de novo
wrong-too_long = O texto de “{ $field }” é longo demais. Use no máximo { $most } caracteres
wrong-nul_character = O campo “{ $field }” contém um caractere que não pode ser salvo. Apague e digite novamente
wrong-invalid_date = { $field }: a data { $date } não existe. Confira o dia e o mês
wrong-other = Não foi possível aceitar “{ $field }”. Confira e informe novamente
fault-in_the_future = { $field }: a data não pode estar no futuro. Confira o ano
fault-too_young = Você precisa ter pelo menos 18 anos. Se o dado “{ $field }” estiver errado, corrija
fault-no_amount = { $field }: informe o valor em números, por exemplo 5000
fault-no_website = { $field }: informe o endereço completo, por exemplo www.example.com
fault-no_share = { $field }: informe cada participação em porcentagem, por exemplo 33,3
fault-shares_too_many = { $field }: as participações somam mais de 100%. Confira a participação de cada pessoa
fault-asked_again = Confira este dado e informe novamente: { $field }
fault-other_document = O arquivo de “{ $field }” mostra um documento diferente do que você informou. Envie o documento informado ou corrija os dados dele
fault-needs_password = O PDF de “{ $field }” está protegido por senha. Envie uma cópia que abra sem senha
fault-unusable_picture = A imagem de “{ $field }” é pequena demais para ser lida. Envie uma com pelo menos 200 pixels de largura e de altura
missing = Preencha o campo “{ $field }”
missing-document = Envie um arquivo para “{ $field }”
missing-first_name = Informe seu nome como está no seu documento de identidade
missing-person_first_name = Informe o nome desta pessoa como está no documento de identidade dela
missing-last_name = Informe seu sobrenome como está no seu documento de identidade
missing-person_last_name = Informe o sobrenome desta pessoa como está no documento de identidade dela
missing-birth_date = Informe sua data de nascimento
missing-nationality = Escolha sua nacionalidade
missing-person_nationality = Escolha a nacionalidade desta pessoa
missing-residential_address-country = Escolha o país onde você mora
missing-person_residential_address-country = Escolha o país onde esta pessoa mora
missing-business_address-country = Escolha o país onde a empresa está registrada
missing-street_line_1 = Informe a rua e o número
missing-city = Informe a cidade
missing-state = { $country ->
    [BR] Informe o estado
    [US] Informe o estado
   *[other] Informe o estado ou a província
}
missing-postal_code = { $country ->
    [BR] Informe o CEP
   *[other] Informe o código postal
}
missing-id_document-type = Escolha o tipo de documento de identidade
missing-id_document-number = Informe o número que está no documento de identidade
missing-id_document-issuing_country = Escolha o país que emitiu o documento
missing-tax_number-type = Escolha o tipo de número fiscal
missing-tax_number-number = Informe o número fiscal
missing-tax_number-issuing_country = Escolha o país que emitiu o número fiscal
missing-id_document_front = { $document ->
    [passport] Envie a página do seu passaporte com a foto
    [driver_license] Envie uma foto da frente da sua carteira de motorista
    [residence_permit] Envie uma foto da frente da sua autorização de residência
    [government_id] Envie uma foto da frente da sua carteira de identidade
   *[other] Envie uma foto da frente do seu documento de identidade
}
missing-person_id_document_front = { $document ->
    [passport] Envie a página com a foto do passaporte desta pessoa
   *[other] Envie uma foto da frente do documento de identidade desta pessoa
}
missing-id_document_back = { $document ->
    [driver_license] Envie uma foto do verso da sua carteira de motorista
    [residence_permit] Envie uma foto do verso da sua autorização de residência
    [government_id] Envie uma foto do verso da sua carteira de identidade
   *[other] Envie uma foto do verso do seu documento de identidade
}
missing-person_id_document_back = Envie uma foto do verso do documento de identidade desta pessoa
missing-proof_of_address = Envie uma conta, um extrato bancário ou uma carta oficial com seu nome e endereço
missing-person_proof_of_address = Envie uma conta, um extrato bancário ou uma carta oficial com o nome e o endereço desta pessoa
missing-business_proof_of_address = Envie uma conta, um extrato bancário ou uma carta oficial com o nome e o endereço da empresa
missing-business_legal_name = Informe a razão social como está no registro da empresa
missing-registration_number = Informe o número de registro da empresa
missing-formation_date = Informe a data de constituição da empresa
missing-primary_website = Informe o endereço do site, por exemplo www.example.com
missing-business_description = Descreva o que a empresa faz
missing-business_formation = Envie o contrato social ou a certidão de constituição
missing-shareholder_registry = Envie o registro de sócios ou acionistas
missing-directors_registry = Envie o registro de diretores
missing-controller = Adicione pelo menos uma pessoa que controla a empresa, como um diretor
missing-has_ownership = Informe se esta pessoa possui uma parte da empresa
missing-ownership_percentage = Informe a porcentagem da empresa que esta pessoa possui
missing-has_control = Informe se esta pessoa controla a empresa
missing-account_purpose = Escolha para que você vai usar a conta
missing-account_purpose_other = Descreva para que você vai usar a conta
missing-expected_monthly_volume_usd = Informe o valor que você prevê movimentar por mês, em dólares dos EUA
missing-source_of_funds_description = Explique de onde vem o dinheiro
missing-proof_of_source_of_funds = Envie um documento que mostre de onde vem o dinheiro
missing-most_recent_occupation = Informe sua profissão
missing-employment_status = Escolha sua situação de trabalho
missing-acting_as_intermediary = Informe se você age em nome de outra pessoa
missing-birth_country = Escolha o país onde você nasceu
none_given = Preencha pelo menos um destes campos: { $field }
none_given-legal_name = Informe seu nome como está no seu documento de identidade
none_given-person_legal_name = Informe o nome desta pessoa como está no documento de identidade dela

wrong-date_unseen = Esta data não existe. Confira “{ $field }”
wrong-date_incomplete = Informe o dia, o mês e o ano: { $field }
wrong-date_numbers = Informe o dia, o mês e o ano em números: { $field }
wrong-date_year = { $field }: informe o ano com quatro dígitos, por exemplo 1990
wrong-date_month = { $field }: o mês deve ser um número de 1 a 12
wrong-date_day = { $field }: o dia deve ser um número de 1 a 31
fault-asked_again-document = Envie um novo arquivo: { $field }
wrong-other_calendar = { $calendar ->
    [persian] “{ $field }” parece uma data do calendário persa
    [thai] “{ $field }” parece uma data do calendário tailandês
    [either] “{ $field }” parece uma data do calendário persa ou do islâmico
   *[other] “{ $field }” parece uma data do calendário islâmico
}
date-meant = Quis dizer { $date }?
date-use = Usar { $date }
wrong-long_ago = { $field }: esta data é de mais de 120 anos atrás. Confira o ano
wrong-blank = O campo “{ $field }” não contém nenhum caractere visível. Preencha novamente
wrong-no_letter = O campo “{ $field }” precisa ter pelo menos uma letra
wrong-unseen = O caractere na posição { $at } de “{ $field }” é invisível. Apague tudo neste campo e digite novamente
wrong-not_a_share = { $field }: informe um número de 0 a 100, por exemplo 33,3

field-account_purpose = Finalidade da conta
field-account_purpose_other = Finalidade da conta, com suas palavras
field-acting_as_intermediary = Você age em nome de outra pessoa?
field-birth_country = País de nascimento
field-birth_date = Data de nascimento
field-business_address = Endereço da empresa
field-business_description = Atividade da empresa
field-business_legal_name = Razão social
field-city = Cidade
field-country = País
field-employment_status = Situação de trabalho
field-expected_monthly_volume_usd = Valor previsto por mês, em dólares dos EUA
field-first_name = Nome
field-formation_date = Data de constituição
field-has_control = Esta pessoa controla a empresa, por exemplo como diretora?
field-has_ownership = Esta pessoa possui uma parte da empresa?
field-id_document-issuing_country = País emissor
field-id_document-number = Número do documento
field-id_document-type = Tipo de documento
field-last_name = Sobrenome
field-middle_name = Nome do meio
field-most_recent_occupation = Profissão
field-nationality = Nacionalidade
field-ownership_percentage = Participação na empresa (%)
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
field-tax_number-type = Tipo de número fiscal

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
choice-treasury_management = Administrar o dinheiro de uma empresa

label-legal_name = Nome completo oficial
label-residential_address = Onde você mora
label-residential_state = Estado
label-id_document = Seu documento de identidade
label-id_document_front = { $kind ->
    [passport] Página do passaporte com a foto
   *[other] Foto do documento de identidade, frente
}
label-id_document_back = Documento de identidade, verso
label-business_tax_number = { $country ->
    [US] Número de identificação do empregador (EIN)
   *[other] Número fiscal
}
label-proof_of_address = Comprovante de endereço
label-business_formation = Contrato social ou certidão de constituição
label-shareholder_registry = Registro de sócios ou acionistas
label-directors_registry = Registro de diretores
label-business_proof_of_address = Comprovante de endereço da empresa
label-ownership = A quem pertence a empresa
label-controller = Uma pessoa que controla a empresa
label-person_address = Onde esta pessoa mora
label-person_id_document = Documento de identidade desta pessoa
label-person_proof_of_address = Comprovante de endereço desta pessoa
label-proof_of_source_of_funds = Comprovante da origem do dinheiro

because-first_name = Como está no documento de identidade.
because-legal_name = Como está no documento de identidade. Se houver apenas um nome, preencha um campo e deixe o outro vazio.
because-birth_date = Para não confundir você com alguém de mesmo nome.
because-nationality = Algumas verificações legais dependem dela.
because-residential_address = O endereço da residência. Caixa postal não é aceita.
because-residential_state = Todo endereço nos Estados Unidos inclui um estado.
because-id_document = Use um documento oficial dentro da validade.
because-id_document_front = Mostre o documento inteiro, com a foto e todo o texto nítidos.
because-id_document_back = Os cartões têm dados dos dois lados, por isso também precisamos do verso.
because-proof_of_address = Uma conta, um extrato bancário ou uma carta oficial dos últimos três meses, com o nome e o endereço.
because-tax_number = A lei dos Estados Unidos exige este número de quem mora no país.
because-business_legal_name = Como está no registro da empresa.
because-registration_number = O número da empresa no registro comercial.
because-formation_date = Como está no registro da empresa.
because-business_address = O endereço da sede registrada da empresa.
because-business_tax_number = A lei dos Estados Unidos exige este número das empresas do país.
because-primary_website = O endereço deve funcionar, por exemplo www.example.com.
because-business_formation = Mostra que a empresa existe legalmente.
because-shareholder_registry = Mostra a quem pertence a empresa.
because-directors_registry = Mostra quem age em nome da empresa.
because-ownership = Informe cada participação em porcentagem. O total não pode passar de 100%.
because-controller = A lei exige o nome de pelo menos uma pessoa que dirige ou administra a empresa.
because-expected_volume = Uma estimativa basta. Valores maiores exigem mais informações.
because-source_of_funds = A lei exige isto para valores altos e para algumas finalidades e países. Por exemplo: salário, economias ou venda de um imóvel.
because-proof_of_source_of_funds = Por exemplo, um contracheque, um contrato de venda ou um extrato bancário.
because-account_purpose_other = Você escolheu “Outra coisa”. Descreva em poucas palavras.
