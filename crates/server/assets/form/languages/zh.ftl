the-company = 该公司
language = 语言
skip = 跳到正文
footer = 法律要求 { $company } 收集这些信息。信息会加密保存。
title-error = 错误：{ $title }

welcome-individual = { $company } 请您完成身份验证
welcome-corporate = { $company } 请您完成企业验证
welcome-text = 法律要求 { $company } 核实客户身份。请在接下来的页面填写信息并上传所需文件。
welcome-again = { $company } 已审核您提交的内容，其中部分内容需要您修改或重新提供。下一页会列出具体项目。
welcome-minutes = 大约需要 { $minutes } 分钟。
welcome-saved = 您填写的内容会自动保存。您可以随时停下，稍后在本设备或其他设备上继续填写。
welcome-until = 此链接有效期至 { $date }。
welcome-go = 开始
ready-title = 请准备好
ready-id_document = 您的身份证件，例如护照或身份证
ready-person_id_document = 每位所有者和董事的身份证件
ready-person_proof_of_address = 每位所有者和董事的地址证明
company-legal = { $legal } 对您的数据负责。
company-privacy = { $company } 的隐私声明
company-terms = { $company } 的条款
company-support = 向 { $company } 寻求帮助
review-takes = { $company } 通常需要 { $time }作出决定。
time-minutes = { $count ->
   *[other] { $count } 分钟
}
time-hours = { $count ->
   *[other] { $count } 小时
}
time-days = { $count ->
   *[other] { $count } 天
}
time-working-days = { $count ->
   *[other] { $count } 个工作日
}

overview-title = 您的验证
overview-text = 请完成以下步骤，顺序不限。您填写的内容会自动保存。
overview-again = { $company } 需要您修改或重新提供部分信息。
overview-go = 继续
overview-review = 检查并提交
comment = 来自 { $company } 的留言
correct = 现有内容是正确的
correct-why = 为什么是正确的？
correct-hint = { $company } 会阅读您的理由。填写后，您无需重新提供。
correct-kept = 您已填写理由，此处已隐藏。留空即可保留。
leave = 保存并退出
exit-saved = 所有内容均已保存。您可以关闭此页面，稍后用同一链接继续。
left-title = 您已离开表单
left-text = 您填写的内容已保存。如需继续，请打开发送给您的链接。您现在可以关闭此页面。

home-name = 身份验证
home-title = 请打开消息中的链接
home-text = 要求您验证身份的一方会通过电子邮件或其他消息向您发送专属链接。请打开该链接以开始或继续。您之前填写的内容已保存。
home-resume = 继续验证
paste-label = 或在此粘贴您的链接
paste-hint = 请从消息中复制完整链接，即使它占多行。
paste-go = 打开链接
paste-wrong = 这不是完整的链接。请重新复制，从“https”到最后一个字母。
support = 向 { $company } 寻求帮助
left-why = 考虑到其他人也可能使用此设备，此设备已不能再打开表单。
left-again = 现在继续

expired-title = 此链接已过期
expired-text = 为保障安全，链接只在几天内有效。您填写的内容已保存。如需继续，请向 { $company } 索取新链接。
replaced-title = 您有更新的链接
replaced-text = { $company } 已向您发送新链接，因此这个链接不再有效。您填写的内容已保存。请使用最新的链接，或向 { $company } 索取新链接。
abandoned-title = 此表单已暂时关闭
abandoned-text = { $company } 曾请您修改或重新提供部分信息，但一直没有收到您的回复，因此表单已暂时关闭。您填写的内容已保存。如需继续，请向 { $company } 索取新链接。
submitted-title = 谢谢，您的信息已提交
submitted-text = { $company } 将审核您的信息和文件，并会与您联系，告知结果或请您补充材料。您现在无需进行任何操作，可以关闭此页面。
approved-title = 您已通过验证
approved-text = { $company } 已审核并接受您的信息。您无需再进行任何操作，可以关闭此页面。
rejected-title = 您的验证未通过
rejected-text = { $company } 未能核实您提交的信息。如果您认为有误，请联系 { $company }。对方可以向您发送新链接，供您重新提交。
offboarded-title = 此表单已关闭
offboarded-text = 您已不再是 { $company } 的客户，因此无需填写任何内容。如果您认为有误，请联系 { $company }。
go-back = 返回 { $company }
questions = 如有疑问，请联系向您发送此链接的 { $company }。
reference = 参考编号：{ $reference }
reference-use = 联系 { $company } 时，请提供此参考编号。
unknown-link-title = 此链接无法打开
unknown-link-text = 链接可能不完整。请从您收到的消息中重新打开，或复制完整的链接。如果仍然无法打开，请向发送链接的公司索取新链接。
no-pass-title = 请重新打开您的链接
no-pass-text = 为保护您的信息，此表单只能通过您的链接打开。请打开您收到的消息中的链接，您填写的内容已保存。如果再次看到此页面，请允许本网站使用 Cookie。
not-found-title = 找不到此页面
not-found-text = 您打开此页面后，表单中的问题可能已发生变化。请返回，或重新打开您的链接。您填写的内容已保存。
failed-title = 出现问题
failed-text = 问题出在我们这边。您已保存的内容都还在。请返回，稍后再试。
cross-site-title = 无法接受此请求
cross-site-text = 为保障安全，只能从表单页面提交内容。请打开您收到的消息中的链接，然后重试。
too-fast-title = 请稍等一分钟
too-fast-text = 我们在短时间内收到了您的大量请求。为防止滥用，每分钟的请求数量有限。您已保存的内容都还在。请返回，一分钟后再试。
incomplete-title = 您的回答未能完整送达
incomplete-text = 连接可能中断了。这一次，此页面的内容均未保存。请返回并重新发送。
too-long-title = 您的回答过长
too-long-text = 此页面的文字过多，这一次其中的内容均未保存。请返回，缩短所填内容后重新发送。

steps = 步骤
steps-done = 已完成 { $done }/{ $all } 个步骤
step-of = 第 { $number } 步，共 { $all } 步
back = 返回
step-done = 已完成
step-left = { $count ->
   *[other] 还差 { $count } 项
}
step-details = 您的信息
step-business = 企业信息
step-address = 地址
step-identity = 身份证件
step-funds = 您将如何使用账户
step-people = 企业的所有者和管理者
step-documents = 文件
step-review = 检查并提交
step-ready = 可以提交
continue = 继续
save-and-continue = 保存并继续
save-and-exit = 保存并退出
optional = （选填）
choose = 请选择
choose-kept = 已提供（已隐藏）
countries-likely = 建议
countries-all = 所有国家和地区
countries-open = 显示所有国家和地区
countries-found = 找到的国家和地区：{ $count }
countries-none = 没有国家或地区使用此名称或代码。请换一种写法
countries-restored = 列表中没有这个国家或地区。仍选择：{ $country }
countries-cleared = 列表中没有这个国家或地区。请从列表中选择
yes = 是
no = 否
day = 日
month = 月
year = 年
date = { $year }年{ $month }{ $day }日
date-month-first = { $year }年{ $month }{ $day }日
month-1 = 1月
month-2 = 2月
month-3 = 3月
month-4 = 4月
month-5 = 5月
month-6 = 6月
month-7 = 7月
month-8 = 8月
month-9 = 9月
month-10 = 10月
month-11 = 11月
month-12 = 12月
saved = 已保存。
saved-over = 此内容替换了 { $time } 在另一台设备上保存的内容。
saved-elsewhere = 已于 { $time } 在另一台设备上保存。
kept = 已提供：{ $mask }。为保护您的隐私，内容已隐藏。如需保持不变，请留空。
replaced = 已保存。您填写的部分内容替换了另一台设备上保存的内容。
errors = { $count ->
   *[other] 有 { $count } 个问题
}

people-text = 请添加持有企业 25% 或以上股份的每个人，以及管理或控制企业的每个人，例如董事。
people-none = 您尚未添加任何人。
people-full = 无法再添加人员。请先移除一人。
people-complete = { $name } 的信息已完整。请添加其他人员，或继续。
people-shares = 已列出 100 % 中的 { $named } %
people-owns = 持股 { $share } %
people-owner = 股东
people-controls = 控制企业
needed = 我们还需要：
needed-owner = 由于 { $name } 持有 25 % 或以上的股份，我们还需要：
needed-controller = 由于 { $name } 控制企业，我们还需要：
needed-both = 由于 { $name } 持有 25 % 或以上的股份并控制企业，我们还需要：
person-add = 添加人员
person-number = 人员 { $number }
person-remove = 移除此人
person-remove-sure = 有关此人的所有内容都将被删除。
person-remove-yes = 是，移除

upload-hint = 请上传照片或扫描件（JPEG 或 PNG）或 PDF，不超过 10 MB。
example-whole = 证件完整入镜，四角齐全
example-page = 带照片的一页，直到最下方几行
example-sharp = 不模糊，不过暗
example-glare = 没有反光，没有遮挡
example-letter = 姓名、地址和日期清晰可读
upload-choose = 选择文件
upload-another = 选择另一个文件
upload-camera = 拍照
upload-send = 上传
upload-none = 请先选择文件。
upload-again = 您已从此页面发送过另一个文件。请重新选择您的文件。
upload-refused = “{ $field }”：{ $why }
upload-full = 无法再添加文件。请先移除一个。
upload-unsupported_file_type = 此文件不是 JPEG、PNG 或 PDF。请选择其他文件，或拍照上传。
upload-damaged_file = 此文件为空或已损坏，无法打开。请选择其他文件。
upload-infected_file = 我们的病毒扫描程序拒绝了此文件。请选择其他文件，或拍照上传。
upload-not_scanned = 目前无法对此文件进行病毒扫描。请过几分钟再试。
upload-payload_too_large = 此文件超过 10 MB。请选择较小的文件，或拍照上传。
upload-heic = 这是 HEIC 图片，此浏览器无法转换。请在此拍照，或选择 JPEG、PNG 或 PDF。
upload-pixels = 此图片的像素过多。请选择较小的图片，或在此拍照。
upload-preparing = 正在处理图片……
upload-progress = 正在上传：{ $percent }%
upload-done = 已上传：{ $name }
upload-broken = 文件未能发送：连接已中断三次。
upload-try-again = 重试
upload-other = 选择其他文件
upload-cancel = 取消
upload-cancelled = 上传已取消。
upload-waiting = 仍有文件正在上传。上传完成后会自动继续。
file-given = 文件已上传
file-refused = 未被接受：{ $why }
file-asked-again = 未被接受：需要新的文件
file-remove = 移除
file-remove-number = 移除文件 { $number }：{ $document }
js-offline = 网络已断开。您填写的内容仍在这里，恢复联网后会自动保存。
js-retry = 网络连接中断。正在重试……
js-sending = 正在上传……

review-left = { $count ->
   *[other] 提交前还有 { $count } 项需要完成
}
review-kept = 已提供（{ $mask }）
review-changed = 您打开此页面后，内容有变化。请重新检查您填写的内容。
reveal-title = 查看之前提供的内容
reveal-individual = 部分内容是在另一台设备上或由 { $company } 提供的，已隐藏。要查看，请输入您的出生日期。
reveal-corporate = 部分内容是在另一台设备上或由 { $company } 提供的，已隐藏。要查看，请输入企业的成立日期。
reveal-show = 显示
reveal-wrong = { $count ->
   *[other] 这不是我们记录的日期。您还可以尝试 { $count } 次。
}
reveal-closed = 日期错误次数过多。通过此链接，之前提供的内容将继续隐藏。没有任何内容丢失。
reveal-never-title = 部分内容已隐藏
reveal-never = 在另一台设备上或由 { $company } 提供的内容为保护信息而不在此显示。页面询问时，请确认其仍然正确，或重新提供。
keep-as-given = 仍然正确
kept-confirmed = 您已确认。
change = 更改
truth-title = 您的声明
truth-missing = 请勾选，声明您提供的内容真实完整
picture-show = 显示图片
review-share = { $share }%
review-control = 控制该企业
consent-title = 您的同意
consent-true = 我提供的内容真实完整。
consent-use = { $company } 可以按照法律要求用这些内容验证我以及我所列的人员，并在法律要求的期限内保存。
consent-share = { $company } 可以委托其用于验证的公司进行核查。
consent-agree = 我同意按此方式使用我的数据。
consent-missing = 请勾选，同意使用您的数据
submit = 提交

wrong-unconfirmed = 请确认“{ $field }”仍然正确，或重新填写
wrong-unconfirmed-document = 请确认“{ $field }”的文件仍然正确，或重新上传
wrong-too_long = “{ $field }”过长。请不要超过 { $most } 个字符
wrong-nul_character = “{ $field }”含有无法保存的字符。请删除后重新填写
wrong-invalid_date = { $field }：{ $date }不存在。请检查月份和日期
wrong-other = 无法接受“{ $field }”。请检查后重新填写
fault-in_the_future = { $field }不能晚于今天。请检查年份
fault-too_young = 您必须年满 18 岁。如果“{ $field }”有误，请更正
fault-no_amount = { $field }：请用数字填写金额，例如 5000
fault-no_website = { $field }：请填写完整的网址，例如 www.example.com
fault-no_share = { $field }：请用百分比填写每个人的股份，例如 33.3
fault-shares_too_many = { $field }：股份合计超过 100%。请检查每个人的股份
fault-asked_again = 请检查并重新填写：{ $field }
fault-other_document = “{ $field }”的文件显示的证件与您填写的不符。请上传您填写的证件，或更正证件信息
fault-needs_password = “{ $field }”的 PDF 设有密码。请上传无需密码即可打开的副本
fault-unusable_picture = “{ $field }”的图片太小，无法看清。请上传宽和高均不少于 200 像素的图片
missing = 请填写“{ $field }”
missing-document = 请上传文件：{ $field }
missing-first_name = 请填写您的名，须与身份证件一致
missing-person_first_name = 请填写此人的名，须与其身份证件一致
missing-last_name = 请填写您的姓，须与身份证件一致
missing-person_last_name = 请填写此人的姓，须与其身份证件一致
missing-birth_date = 请填写您的出生日期
missing-nationality = 请选择您的国籍
missing-person_nationality = 请选择此人的国籍
missing-residential_address-country = 请选择您居住的国家或地区
missing-person_residential_address-country = 请选择此人居住的国家或地区
missing-business_address-country = 请选择企业注册所在的国家或地区
missing-street_line_1 = 请填写街道和门牌号
missing-city = 请填写城市
missing-state = { $country ->
    [CN] 请填写省份
    [US] 请填写州名
   *[other] 请填写州或省
}
missing-postal_code = 请填写邮政编码
missing-id_document-type = 请选择身份证件的类型
missing-id_document-number = 请填写身份证件上的号码
missing-id_document-issuing_country = 请选择签发证件的国家或地区
missing-tax_number-type = 请选择税号的类型
missing-tax_number-number = 请填写税号
missing-tax_number-issuing_country = 请选择签发税号的国家或地区
missing-id_document_front = { $document ->
    [passport] 请上传护照的照片页
    [driver_license] 请上传驾驶证正面的照片
    [residence_permit] 请上传居留许可正面的照片
    [government_id] 请上传身份证正面的照片
   *[other] 请上传身份证件正面的照片
}
missing-person_id_document_front = { $document ->
    [passport] 请上传此人护照的照片页
   *[other] 请上传此人身份证件正面的照片
}
missing-id_document_back = { $document ->
    [driver_license] 请上传驾驶证背面的照片
    [residence_permit] 请上传居留许可背面的照片
    [government_id] 请上传身份证背面的照片
   *[other] 请上传身份证件背面的照片
}
missing-person_id_document_back = 请上传此人身份证件背面的照片
missing-proof_of_address = 请上传载有您姓名和地址的账单、银行对账单或官方信函
missing-person_proof_of_address = 请上传载有此人姓名和地址的账单、银行对账单或官方信函
missing-business_proof_of_address = 请上传载有企业名称和地址的账单、银行对账单或官方信函
missing-business_legal_name = 请填写企业的法定名称，须与工商登记一致
missing-registration_number = 请填写企业的登记注册号
missing-formation_date = 请填写企业的成立日期
missing-primary_website = 请填写网站地址，例如 www.example.com
missing-business_description = 请说明企业的业务
missing-business_formation = 请上传企业的成立证书或章程
missing-shareholder_registry = 请上传股东名册
missing-directors_registry = 请上传董事名册
missing-controller = 请至少添加一名控制企业的人，例如董事
missing-has_ownership = 请选择此人是否持有企业股份
missing-ownership_percentage = 请填写此人的持股百分比
missing-has_control = 请选择此人是否控制企业
missing-account_purpose = 请选择您使用账户的目的
missing-account_purpose_other = 请说明您使用账户的目的
missing-expected_monthly_volume_usd = 请填写您预计的每月金额（美元）
missing-source_of_funds_description = 请说明资金的来源
missing-proof_of_source_of_funds = 请上传能够证明资金来源的文件
missing-most_recent_occupation = 请填写您的职业
missing-employment_status = 请选择您的就业状况
missing-acting_as_intermediary = 请选择您是否代他人行事
missing-birth_country = 请选择您出生的国家或地区
none_given = 请至少填写其中一栏：{ $field }
none_given-legal_name = 请填写您的姓名，须与身份证件一致
none_given-person_legal_name = 请填写此人的姓名，须与其身份证件一致
wrong-other_calendar = { $calendar ->
    [persian] “{ $field }”看起来像是波斯历的日期
    [thai] “{ $field }”看起来像是泰历的日期
    [either] “{ $field }”看起来像是波斯历或伊斯兰历的日期
   *[other] “{ $field }”看起来像是伊斯兰历的日期
}
date-meant = 您是指 { $date } 吗？
date-use = 使用 { $date }
wrong-long_ago = { $field }：这个日期距今已超过 120 年。请检查年份
wrong-blank = “{ $field }”中没有看得见的内容。请重新填写
wrong-no_letter = “{ $field }”至少要有一个文字
wrong-unseen = “{ $field }”中的第 { $at } 个字符是不可见的。请清空此栏并重新输入
wrong-not_a_share = { $field }：请填写 0 到 100 之间的数字，例如 33.3

wrong-date_unseen = 该日期不存在。请检查“{ $field }”
wrong-date_incomplete = 请填写完整的年、月、日：{ $field }
wrong-date_numbers = 请用数字填写年、月、日：{ $field }
wrong-date_year = { $field }：请填写四位数的年份，例如 1990
wrong-date_month = { $field }：月份必须是 1 到 12 之间的数字
wrong-date_day = { $field }：日期必须是 1 到 31 之间的数字
fault-asked_again-document = 请上传新文件：{ $field }

field-account_purpose = 账户用途
field-account_purpose_other = 账户用途（请自行说明）
field-acting_as_intermediary = 您是否代他人行事？
field-birth_country = 出生国家或地区
field-birth_date = 出生日期
field-business_address = 企业地址
field-business_description = 企业业务
field-business_legal_name = 企业法定名称
field-city = 城市
field-country = 国家或地区
field-employment_status = 就业状况
field-expected_monthly_volume_usd = 您预计的每月金额（美元）
field-first_name = 名
field-formation_date = 成立日期
field-has_control = 此人是否控制企业，例如担任董事？
field-has_ownership = 此人是否持有企业股份？
field-id_document-issuing_country = 签发国家或地区
field-id_document-number = 证件号码
field-id_document-type = 证件类型
field-last_name = 姓
field-middle_name = 中间名
field-most_recent_occupation = 职业
field-nationality = 国籍
field-ownership_percentage = 持股比例（%）
field-postal_code = 邮政编码
field-primary_website = 网站
field-registration_number = 登记注册号
field-residential_address = 居住地址
field-source_of_funds_description = 资金来源
field-state = 州或省
field-street_line_1 = 街道和门牌号
field-street_line_2 = 房间、楼层、楼栋
field-tax_number = { $country ->
    [US] 社会安全号码（SSN）或 ITIN
   *[other] 税号
}
field-tax_number-type = 税号类型

choice-passport = 护照
choice-driver_license = 驾驶证
choice-residence_permit = 居留许可
choice-government_id = 居民身份证
choice-state_or_provincial_id = 州或省身份证
choice-employed = 受雇
choice-homemaker = 料理家务
choice-retired = 退休
choice-self_employed = 自雇
choice-student = 学生
choice-unemployed = 待业
choice-charitable_donations = 慈善捐款
choice-ecommerce_retail_payments = 网店收款
choice-investment_purposes = 投资
choice-other = 其他
choice-payments_to_friends_or_family_abroad = 付款给国外亲友
choice-payroll = 工资
choice-personal_or_living_expenses = 个人或日常生活开支
choice-protect_wealth = 保护储蓄
choice-purchase_goods_and_services = 购买商品和服务
choice-receive_payments_for_goods_and_services = 收取商品和服务款项
choice-third_party_money_transmission = 代他人汇款
choice-treasury_management = 管理企业资金

label-legal_name = 法定姓名
label-residential_address = 您的住址
label-residential_state = 州
label-id_document = 您的身份证件
label-id_document_front = { $kind ->
    [passport] 护照照片页
   *[other] 身份证件照片，正面
}
label-id_document_back = 身份证件，背面
label-business_tax_number = { $country ->
    [US] 雇主识别号码（EIN）
   *[other] 税号
}
label-proof_of_address = 地址证明
label-business_formation = 成立证书或章程
label-shareholder_registry = 股东名册
label-directors_registry = 董事名册
label-business_proof_of_address = 企业地址证明
label-ownership = 企业的股权结构
label-controller = 一名控制企业的人
label-person_address = 此人的住址
label-person_id_document = 此人的身份证件
label-person_proof_of_address = 此人的地址证明
label-proof_of_source_of_funds = 资金来源证明

because-first_name = 须与身份证件一致。
because-legal_name = 须与身份证件一致。如果只有一个名字，请填写其中一栏，另一栏留空。
because-birth_date = 以免将您与同名的人混淆。
because-nationality = 某些法律审查与国籍有关。
because-residential_address = 请填写家庭住址。不接受邮政信箱。
because-residential_state = 美国的每个地址都须包含州名。
because-id_document = 请使用仍在有效期内的官方证件。
because-id_document_front = 请拍摄完整的证件，照片和所有文字都要清晰。
because-id_document_back = 卡片式证件两面都有信息，因此也需要背面。
because-proof_of_address = 最近三个月内的账单、银行对账单或官方信函，须载有姓名和地址。
because-tax_number = 美国法律要求在美国居住的人提供。
because-business_legal_name = 须与工商登记一致。
because-registration_number = 企业在登记机关的注册号。
because-formation_date = 须与工商登记一致。
because-business_address = 企业的注册地址。
because-business_tax_number = 美国法律要求在美国的企业提供。
because-primary_website = 网址必须能够访问，例如 www.example.com。
because-business_formation = 用于证明企业依法成立。
because-shareholder_registry = 用于证明企业归谁所有。
because-directors_registry = 用于证明谁代表企业行事。
because-ownership = 请用百分比填写每个人的股份，合计不得超过 100%。
because-controller = 法律要求提供至少一名管理企业的人的姓名。
because-expected_volume = 估算即可。金额较大时需要提供更多信息。
because-source_of_funds = 对于较大金额以及某些用途和国家，法律要求说明。例如工资、储蓄或出售房屋所得。
because-proof_of_source_of_funds = 例如工资单、买卖合同或银行对账单。
because-account_purpose_other = 您选择了“其他”。请简要说明。
