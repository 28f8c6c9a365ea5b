the-company = 该公司
language = 语言
language-choose = 更改
skip = 跳到正文
footer = { $company } 为履行法律义务而询问这些信息。您提供的内容会被加密。
title-error = 错误：{ $title }

welcome-individual = { $company } 请您验证身份
welcome-corporate = { $company } 请您验证企业
welcome-text = 法律要求 { $company } 了解其客户。请在接下来的页面中提供所需信息。
welcome-again = { $company } 已查看您提供的内容，需要您重新提供一些信息。接下来的页面会说明是哪些。
welcome-time = 大约需要十分钟。请准备好您的证件。
welcome-saved = 填写的内容会随时保存。您可以随时停下，之后在这里或其他设备上继续。
welcome-until = 此链接有效期至 { $date }。
welcome-go = 开始

overview-title = 您的验证
overview-text = 以下是各个步骤，可按任意顺序完成；内容会随时保存。
overview-again = { $company } 需要您重新提供一些信息。
overview-go = 继续
overview-review = 检查并提交
comment = { $company } 的说明
leave = 先停在这里，稍后继续
left-title = 您已离开表单
left-text = 所有内容均已保存。要继续，请打开发给您的链接。您可以关闭此页面。

expired-title = 此链接已过期
expired-text = 链接仅在几天内有效，这样丢失的链接就打不开任何内容。您提供的内容已保留。要继续，请向 { $company } 索取新链接。
replaced-title = 有更新的链接
replaced-text = { $company } 之后又给您发送了新链接；此链接已失效。您提供的内容已保留。请使用最新的链接，或向 { $company } 索取另一个。
submitted-title = 谢谢：资料已齐全
submitted-text = { $company } 正在审核。您无需做任何事，会有人通知您。
approved-title = 您已通过验证
approved-text = { $company } 已验证您。无需再做任何事。
rejected-title = 未能通过验证
rejected-text = { $company } 无法验证您提供的内容。如果您认为有误，请询问 { $company }：可以重新开始并给您发送新链接。
offboarded-title = 这里没有需要做的事
offboarded-text = 您与 { $company } 的关系已结束。如果您认为有误，请向其询问。
go-back = 返回 { $company }
questions = 有疑问？请联系发送此链接的 { $company }。
unknown-link-title = 此链接无效
unknown-link-text = 可能在复制时被截断：请从收到的消息中重新打开。如果仍然不行，请向发送链接的公司索取新链接。
no-pass-title = 请重新打开您的链接
no-pass-text = 此设备尚未进入表单，或已离开表单。请从收到的消息中打开链接；您提供的内容已保留。表单需要使用 Cookie：请允许本网站使用。
not-found-title = 没有此页面
not-found-text = 所要求的内容可能已改变。请返回，或重新打开您的链接：您提供的内容已保留。
failed-title = 我们这边出了问题
failed-text = 之前保存的内容已保留。请返回，稍后再试。
cross-site-title = 这不是来自我们的页面
cross-site-text = 为了您的安全，未予接受。请从收到的消息中打开链接，在那里重试。
too-fast-title = 一次提交过多
too-fast-text = 为防止链接被滥用，每分钟只接受一定数量。已保存的内容仍在。请返回，一分钟后再试。
too-many-title = 数量过多
too-many-text = 无法再添加人员或文件。请返回并先移除一项。

steps = 步骤
steps-done = 已完成 { $done }/{ $all } 步
step-done = 已完成
step-left = { $count ->
   *[other] 还差 { $count } 项
}
step-details = 关于您
step-business = 关于企业
step-address = 地址
step-identity = 身份证件
step-funds = 账户用途
step-people = 所有者和董事
step-documents = 文件
step-review = 检查并提交
continue = 继续
save-and-continue = 保存并继续
optional = （选填）
choose = 请选择
choose-kept = 已提供；已隐藏
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
saved-over = 替换了另一台设备于 { $time } 保存的内容。
saved-elsewhere = 于 { $time } 在另一台设备上保存。
kept = 已提供：{ $mask }。为保护信息，此处已隐藏；留空即可保留。
replaced = 已保存。其中一些替换了另一台设备保存的内容。
errors = { $count ->
   *[other] 有 { $count } 个问题
}

people-text = 请添加拥有企业 25% 或以上股份的每个人，以及控制企业的每个人，例如董事。
people-none = 尚未添加任何人。
person-add = 添加人员
person-number = 人员 { $number }
person-remove = 移除此人
person-remove-sure = 有关此人的内容将被删除。
person-remove-yes = 是，移除

upload-hint = JPEG、PNG 或 PDF，最大 10 MB。内容必须清晰可读。
upload-choose = 选择文件
upload-another = 选择另一个文件
upload-camera = 拍照
upload-send = 上传
upload-none = 请先选择文件。
upload-again = 此页面之前已发送过另一个文件。请重新选择文件。
upload-unsupported_file_type = 这不是 JPEG、PNG 或 PDF。请选择其他文件，或拍照。
upload-damaged_file = 此文件已损坏或为空。请选择其他文件。
upload-payload_too_large = 此文件大于 10 MB。请选择较小的文件。
file-given = 已提供文件
file-remove = 移除
file-remove-number = 移除文件 { $number }：{ $document }
js-offline = 没有连接。您填写的内容仍在这里，连接恢复后会立即保存。
js-retry = 连接中断。正在重试……
js-sending = 正在上传……

review-left = { $count ->
   *[other] 提交前还差 { $count } 项
}
review-kept = 已提供（{ $mask }）
review-files = { $count ->
   *[other] { $count } 个文件
}
review-changed = 此页面显示后内容有变化。请重新查看。
change = 更改
consent-title = 您的同意
consent-true = 我提供的内容真实完整。
consent-use = { $company } 可以按照法律要求用这些内容验证我以及我所列的人员，并在法律要求的期限内保存。
consent-share = { $company } 可以委托其用于验证的公司进行核查。
consent-agree = 我同意
consent-missing = 请勾选以表示同意
submit = 提交

wrong-missing = 此项缺失
wrong-none_given = 请至少填写其中一栏
wrong-too_long = 超过 { $most } 个字符
wrong-nul_character = 含有无法保存的字符
wrong-invalid_date = 没有这个日期
wrong-unknown_country = 请从列表中选择国家
wrong-unknown_value = 请从列表中选择
wrong-wrong_type = 请选择是或否
wrong-other_calendar = { $calendar ->
    [persian] 这看起来像是波斯历的日期
    [thai] 这看起来像是泰历的日期
    [either] 这看起来像是波斯历或伊斯兰历的日期
   *[other] 这看起来像是伊斯兰历的日期
}
date-meant = 您是指 { $date } 吗？
date-use = 使用 { $date }
wrong-long_ago = 这个日期距今已超过 120 年。请检查年份
wrong-blank = 请用看得见的文字或数字填写；姓名至少要有一个文字
wrong-unseen = 第 { $at } 个字符是不可见的。请清空此栏并重新输入
wrong-not_a_share = 请用 0 到 100 之间的数字填写份额，例如 33.3
wrong-other = 无法按此接受
fault-in_the_future = 日期在将来
fault-too_young = 您必须年满 18 岁
fault-no_amount = 这不是金额。请填写数字，例如 5000
fault-no_website = 这不是网站地址
fault-no_share = 有一项股份不是百分比。请填写数字，例如 33.3
fault-shares_too_many = 股份合计超过百分之百
fault-asked_again = 请重新提供
fault-other_document = 这是另一份证件的图片，与您填写的证件不符
fault-needs_password = 此 PDF 需要密码才能打开。请提供无需密码即可打开的文件
fault-unusable_picture = 此图片太小，无法辨认。请提供每边至少 200 像素的图片

field-account_purpose = 账户目的
field-account_purpose_other = 账户用于什么
field-acting_as_intermediary = 您是否代他人行事？
field-birth_country = 出生国家
field-birth_date = 出生日期
field-business_address = 企业地址
field-business_description = 企业业务
field-business_legal_name = 企业法定名称
field-city = 城市
field-country = 国家或地区
field-employment_status = 就业状况
field-expected_monthly_volume_usd = 预计每月金额（美元）
field-first_name = 名
field-formation_date = 成立日期
field-has_control = 此人是否控制企业，例如担任董事？
field-has_ownership = 此人是否拥有企业股份？
field-id_document-issuing_country = 签发国家
field-id_document-number = 证件号码
field-id_document-type = 证件类型
field-last_name = 姓
field-middle_name = 中间名
field-most_recent_occupation = 职业
field-nationality = 国籍
field-ownership_percentage = 股份百分比
field-postal_code = 邮政编码
field-primary_website = 网站
field-registration_number = 注册号
field-residential_address = 居住地址
field-source_of_funds_description = 资金来源
field-state = 州或省
field-street_line_1 = 街道和门牌号
field-street_line_2 = 房间、楼层、楼栋
field-tax_number = { $country ->
    [US] 社会安全号码（SSN）或 ITIN
   *[other] 税号
}
field-tax_number-type = 号码类型

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
choice-personal_or_living_expenses = 个人或生活开支
choice-protect_wealth = 保护积蓄
choice-purchase_goods_and_services = 购买商品和服务
choice-receive_payments_for_goods_and_services = 收取商品和服务款项
choice-third_party_money_transmission = 代他人汇款
choice-treasury_management = 管理企业资金

label-legal_name = 法定姓名
label-residential_address = 您的住址
label-residential_state = 州
label-id_document = 您的身份证件
label-business_tax_number = { $country ->
    [US] 雇主识别号码（EIN）
   *[other] 税号
}
label-id_document_front = { $kind ->
    [passport] 护照照片页
   *[other] 身份证件照片，正面
}
label-id_document_back = 身份证件照片，背面
label-proof_of_address = 地址证明
label-business_formation = 成立证书或章程
label-shareholder_registry = 股东名册
label-directors_registry = 董事名册
label-business_proof_of_address = 企业地址证明
label-ownership = 所有者的股份
label-controller = 至少一名控制人
label-person_address = 此人的住址
label-person_id_document = 此人的身份证件
label-person_proof_of_address = 此人的地址证明
label-proof_of_source_of_funds = 资金来源证明

because-first_name = 与身份证件一致。
because-legal_name = 与身份证件一致。如果只有一个名字，请填写其中一栏，另一栏留空。
because-birth_date = 用于区分同名的人。
because-nationality = 有些法律与此有关。
because-residential_address = 不能是邮政信箱。
because-residential_state = 美国地址须注明州名。
because-id_document = 仍在有效期内的官方证件。
because-id_document_front = 用于证明身份。
because-id_document_back = 除护照外，证件背面也有内容。
because-proof_of_address = 最近三个月内载有姓名和地址的账单、银行对账单或官方信函。
because-tax_number = 美国居民凭此申报。
because-business_legal_name = 与登记一致。
because-registration_number = 企业在登记处的编号。
because-formation_date = 将与登记核对。
because-business_address = 企业注册地。
because-business_tax_number = 美国企业凭此申报。
because-primary_website = 所填网址必须有效。
because-business_formation = 证明企业存在。
because-shareholder_registry = 证明企业归谁所有。
because-directors_registry = 证明谁代表企业。
because-ownership = 股份为百分比，合计不超过 100。
because-controller = 须知道由谁代表企业。
because-expected_volume = 金额越大，要求越多。
because-source_of_funds = 金额较大、某些用途和某些国家需要说明。
because-proof_of_source_of_funds = 例如工资单、买卖合同或银行对账单。
because-account_purpose_other = 您选择了其他用途。
