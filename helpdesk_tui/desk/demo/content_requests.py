"""Scenarios: service requests, with approval and checklist where the desk asks for them."""

from typing import Final

SCRIPT: Final = """
== joiner | staff_changes | joiner_leaver | 2 2 | 40 | 6-36 | request approval
tags: joiner
en:
T New colleague in {dept}: {joiner} starts on {date}
D Please prepare for {joiner}, {dept}, {site}: laptop, mail, badge, phone, and the rights of the team. First day is {date}.
T Onboarding {joiner}
D {joiner} joins {dept} in {site} on {date} as a replacement. Desk {k} on {floor}. The usual set, please, and a second monitor.
Q Standard laptop or the large one, and which cost centre?
A Standard, cost centre {k}{m}.
N Laptop staged, mail made, badge waits at reception.
F Everything is ready: laptop and badge at the counter, mailbox and rights are active from {date}.
S Create account and mailbox
S Stage laptop
S Order badge
S Add to team groups
S Phone extension
zh:
T 新员工入职：{joiner}，{dept}
D {joiner}将于{date}入职{dept}（{site}），请开通邮箱、门禁，准备笔记本电脑和分机。
T 新员工开通邮箱和门禁
D {dept}新同事{joiner}{date}报到，工位{floor}{k}，权限参照同组同事，另需一台外接显示器。
Q 电脑是标准配置还是高配？成本中心是多少？
A 标准配置，成本中心{k}{m}。
N 电脑已装机，邮箱已建，门禁卡在前台。
F 账号、邮箱、电脑、门禁均已准备好，{date}可到服务台领取。
S 创建账号与邮箱
S 安装笔记本电脑
S 制作门禁卡
S 加入部门权限组
S 开通分机

== leaver | staff_changes | joiner_leaver | 2 2 | 22 | 2-20 | request
tags: leaver
en:
T {joiner} leaves on {date}
D Last day of {joiner} ({dept}) is {date}. Please lock the account in the evening and forward mail to the manager for 30 days.
Q May the manager read the files on the personal drive?
A Yes, agreed with HR, for 30 days.
N Device list: laptop, phone, two tokens.
F Account locked, sessions ended, mail forwarded for 30 days. Laptop and badge were returned.
S Lock account
S End sessions and tokens
S Forward mail
S Collect laptop and badge
zh:
T 员工离职：{joiner}，最后工作日{date}
D {dept}{joiner}{date}离职，请当晚停用账号，邮件转发给主管30天，回收电脑和门禁卡。
Q 个人盘文件是否移交主管？
A 是的，已与人事确认，保留30天。
N 名下设备：笔记本、手机、令牌各一。
F 账号已停用，会话已注销，邮件转发已设置，设备已回收。
S 停用账号
S 注销会话与令牌
S 设置邮件转发
S 回收电脑与门禁卡

== new-laptop | workplace | hardware | 1 1 | 30 | 8-60 | request approval vendor
tags: laptop, purchase
en:
T New laptop for {dept}
D My laptop {host} is five years old and no longer gets updates. Please replace it, standard model is fine.
T Larger laptop for layout work
D I work with pictures of {k} MB, 16 GB of memory is not enough. My manager agrees to the higher price.
Q Do you want to keep the docking station?
A Yes, it is only two years old.
N Out of stock until {day}, ordered with the partner.
F New laptop handed over, data copied, the old one goes to recycling with a wiped disk.
S Approval by cost centre
S Stage laptop
S Copy data
S Wipe old laptop
zh:
T 申请更换笔记本电脑
D 电脑{host}用了五年，系统不再更新，申请更换标准配置。
T 申请高配笔记本
D 修图文件{k}MB，16G内存不够用，主管已口头同意。
Q 坞站是否继续使用？
A 继续用，才两年。
N 库存不足，已向供应商下单，预计{day}到货。
F 新电脑已交付，数据已迁移，旧机已清除数据并回收。
S 成本中心审批
S 装机
S 迁移数据
S 清除旧机数据

== app-access | identity | access | 1 2 | 46 | 1-16 | request approval
tags: access
en:
T Access to {app} please
D I need {app} for my new task, the same rights as my colleagues in {dept}. Manager is in copy.
T Read access to {app} for the audit
D For the audit from {date} on I need to read {app}, four weeks are enough.
Q Read only, or also enter data?
A Read and enter, no approvals.
N Role checked against the segregation list, no clash.
F You have the role now. Sign out and in again, please.
zh:
T 申请{app}权限
D 工作需要使用{app}，权限与{dept}同事一致，已抄送主管。
T 审计期间申请{app}只读权限
D {date}起内审需要查看{app}，时间四周。
Q 只读还是需要录入？
A 需要录入，不需要审批。
N 已核对职责分离清单，无冲突。
F 权限已开通，请重新登录。

== software-licence | workplace | software | 1 1 | 26 | 2-30 | request approval
tags: software, licence
en:
T Licence for the drawing programme
D Please install the drawing programme on {host}. I draw the shelf plans for {store}.
T PDF editor for {dept}
D We need to fill and sign forms. {n} licences would do for the team.
Q Would the free viewer be enough? It can fill forms as well.
A No, we have to change pages.
N {n} licences free in the pool.
F Installed on {host}, the licence is booked to your cost centre.
zh:
T 申请制图软件授权
D 电脑{host}需要安装制图软件，用于{store}陈列图。
T {dept}申请PDF编辑器
D 需要修改合同页面，一共{n}个人。
Q 免费阅读器能否满足？也可以填表。
A 不行，需要修改页面。
N 授权池剩余{n}个。
F 已在{host}安装，授权记入部门成本中心。

== mailbox-new | email | mail | 1 1 | 18 | 1-12 | request
tags: mail, shared-mailbox
en:
T Shared mailbox for the project "{app}"
D Please set up a mailbox for the project, owners are me and my deputy, {n} members. Name as you see fit.
T Distribution list for {dept}
D We need a list for all {m} people in {dept} {site}, only we may send to it.
Q Who shall be the deputy owner?
A My colleague, she is in copy.
F Made and filled, owners may add members on their own.
zh:
T 申请项目公共邮箱
D 项目“{app}”需要公共邮箱，负责人是我，成员{n}人。
T 申请{dept}邮件群组
D {dept}{site}共{m}人，仅限内部发送。
Q 副负责人是哪位？
A 已抄送的同事。
F 已创建并添加成员，负责人可自行维护。

== phone-headset | telephony | telephony | 1 1 | 18 | 2-30 | request
tags: headset, phone
en:
T Headset for telephone work
D I will be on the hotline from {date}. Please a headset with two ears, the office is loud.
T Extension moved to {floor}
D Please move extension {k} to my new desk.
Q Cable or wireless?
A Cable is fine.
F Headset is at the counter in {site}, extension {k} set up.
zh:
T 申请耳机
D {date}起负责热线，办公室比较吵，申请双耳耳机一副。
T 分机迁移
D 分机{k}请迁到{floor}新工位。
Q 有线还是无线？
A 有线即可。
F 耳机在{site}服务台领取，分机{k}已配置。

== contractor-vpn | vpn | access | 1 2 | 24 | 2-20 | request approval both
tags: vpn, contractor
ci: vpn-gw-sz-01
en:
T VPN for our technician until {date}
D {org} needs access to the systems in our contract for the maintenance in the week of {date}. One person, {joiner}.
T Extend VPN of external consultant
D The access of {joiner} ends on {date}, the project goes on for two months.
Q Which systems exactly? We open only what the contract names.
A Only the two in the list, port 443 and 22.
N Contract and confidentiality paper on file.
F Access is active until {date}, limited to the two systems; the token was sent to the contract's contact.
S Check contract
S Approval of service owner
S Create account with end date
S Hand over token
zh:
T 申请供应商VPN账号
D {org}{date}需要远程维护，使用人{joiner}，请开通合同范围内系统的访问。
T 外部顾问VPN延期
D {joiner}的账号{date}到期，项目还要两个月。
Q 具体需要访问哪些系统？仅开通合同列明的范围。
A 清单里的两台，443和22端口。
N 合同与保密协议已归档。
F 已开通至{date}，仅限两台系统，令牌已发给合同联系人。
S 核对合同
S 服务负责人审批
S 创建带有效期账号
S 交付令牌

== desk-move | facilities | facilities | 1 1 | 16 | 6-40 | request
tags: move
en:
T Move of {n} desks from {floor}
D {dept} moves on {date}: {n} desks with dock, monitor and phone. A plan is attached.
T Height-adjustable desk
D The doctor recommends a desk for standing, the note is with HR.
Q May we do it in the evening from 18:00?
A Yes, everything will be packed.
F Moved in the evening, all sockets patched and phones tested.
zh:
T {dept}工位搬迁
D {date}搬到{floor}，一共{n}个工位，含坞站、显示器和电话，平面图见附件。
T 申请升降桌
D 医生建议站立办公，证明已交人事。
Q 下班后18点搬可以吗？
A 可以，我们会提前打包。
F 已完成搬迁，网口与电话测试正常。

== firewall-open | office_network | network | 2 1 | 16 | 4-30 | request approval
tags: firewall
ci: fw-sz-01, fw-hh-01
en:
T Open port 8443 from {ci} to the supplier
D For {app} we need TCP 8443 from the application server to {ip}, from {date} on, for good.
T Firewall rule for the new store {store}
D The tills in {store} must reach api.pay.lanhai.example on 443.
Q Is the traffic encrypted and who owns the far side?
A TLS, the far side belongs to {org}.
N Reviewed by security, no objection with source limited to one address.
F Rule is active and in the register with a review date in twelve months.
S Security review
S Approval of service owner
S Apply rule
S Test
zh:
T 申请开通防火墙端口
D {app}需要从应用服务器访问{ip}的8443端口，{date}起长期使用。
T {store}防火墙放行
D {store}收银机需要访问支付接口443端口。
Q 是否加密？对端归属哪里？
A TLS加密，对端是{org}。
N 安全已评审，限制单一源地址后同意。
F 规则已生效并登记，十二个月后复核。
S 安全评审
S 服务负责人审批
S 下发规则
S 测试

== new-store | payments | project | 1 2 | 8 | 20-80 | request approval
tags: store, opening
en:
T Tills for the new store {store}
D {store} opens on {date}: {n} tills, label printer, scanner, line and backup line. Contact on site: {joiner}.
Q When can the technician enter the building?
A From two weeks before the opening.
N Line confirmed by the carrier.
F All tills are online, a test sale was made on each, and the staff got an hour of training.
S Order line
S Stage tills
S Install on site
S Test sale
S Train staff
zh:
T {store}开业准备
D {store}{date}开业，需要{n}台收银机、价签打印机、扫码枪、专线和备用线路，现场联系人{joiner}。
Q 什么时候可以进场？
A 开业前两周。
N 运营商已确认专线工期。
F 收银机全部上线并完成测试交易，店员已培训一小时。
S 申请专线
S 收银机装机
S 现场安装
S 测试交易
S 店员培训

== merchant-onboard | payments | project | 1 2 | 30 | 6-40 | request approval external
tags: merchant, api-key
ci: pay-api-01
en:
T Production API keys for {org}
D Our integration passed the tests. Please give us production keys, go-live is planned for {date}. Merchant {merchant}.
T Second shop under our contract
D We open a second web shop and need a merchant id below {merchant} with its own settlement.
Q To which address shall the webhooks go, and who is the technical contact?
A The address is in the form, contact is {joiner}.
N Risk check passed, limit {k},000 EUR a month.
F Keys were sent over two ways to the contacts of the contract. Good luck with the start.
S Risk check
S Contract approval
S Create keys
S Test payment
zh:
T 申请生产环境接口密钥
D 测试已全部通过，计划{date}上线，请开通生产密钥，商户号{merchant}。
T 增开二级商户
D 新开一个网店，需要在{merchant}下开通独立结算的子商户。
Q 回调地址和技术联系人请提供。
A 表单里已填，联系人{joiner}。
N 风控审核通过，月限额{k}万元。
F 密钥已分两路发送给合同联系人，祝上线顺利。
S 风控审核
S 合同审批
S 生成密钥
S 测试交易

== data-extract | reporting | project | 1 1 | 18 | 3-30 | request
tags: report, data
ci: bi-01
en:
T Extract of sales by article for {date}
D For the yearly talk with the supplier I need sales by article and store since {date}, as a spreadsheet.
T List of open purchase orders
D Once a week would be nice, for {dept}.
Q Do you need customer names in it? If not, I leave them out.
A No names, figures only.
F The file is on the drive of {dept}; it holds no personal data.
zh:
T 申请销售数据导出
D 与供应商年度谈判，需要{date}以来按商品、门店的销售数据。
T 未交采购订单清单
D {dept}每周需要一份。
Q 是否需要会员信息？不需要的话会去掉。
A 不需要，只要数字。
F 文件已放到{dept}共享盘，不含个人信息。

== monitor-buy | purchasing | purchase | 1 1 | 16 | 8-60 | request approval vendor
tags: purchase
en:
T Purchase: {n} monitors for {dept}
D {n} monitors of 27 inches for the new desks on {floor}, cost centre {k}{m}.
T Purchase of {m} hand scanners
D The old scanners in {store} do not read the new codes. Quote of {org} attached, {amount} EUR.
Q Delivery to {site} or straight to the store?
A To the office, please.
N Order {order} placed.
F Delivered, checked and put into the asset list.
zh:
T 采购显示器{n}台
D {floor}新工位需要27寸显示器{n}台，成本中心{k}{m}。
T 采购扫码枪{m}把
D {store}旧扫码枪读不了新条码，报价{amount}元，见附件。
Q 送到{site}还是直接送门店？
A 送到办公室。
N 已下单{order}。
F 已到货验收并登记资产。

== partner-portal | website | access | 1 1 | 22 | 1-16 | request external
tags: partner, access
en:
T Account for the supplier portal
D Our new colleague {joiner} takes over the orders. Please set up an account and lock the old one.
T Change of our bank details
D From {date} on please pay to the new account; the signed letter is attached.
Q We confirm such changes by phone with the contact in the contract. When may we call?
A This afternoon between two and four.
N Called the number in the contract, not the one in the mail. Confirmed.
F Done and confirmed by phone.
zh:
T 供应商门户开通账号
D 我司新同事{joiner}接手订单，请开通账号并停用原账号。
T 变更收款账户
D {date}起请付到新账户，盖章函见附件。
Q 此类变更需要电话核实，什么时候方便？
A 下午两点到四点。
N 已拨打合同登记电话核实，不使用邮件中的号码。
F 已核实并完成变更。

== guest-wifi | office_network | network | 1 1 | 14 | 0.3-6 | request first
tags: guest, wifi
en:
T Guest Wi-Fi for {m} visitors on {date}
D Supplier day in {room}, {m} people, one day. Vouchers on paper are fine.
Q One voucher each, or one for all?
A One for all is easier.
F The voucher is in your inbox, valid on {date} from 07:00 to 20:00.
zh:
T {date}访客WiFi {m}人
D {room}供应商大会，{m}人，一天，请提供上网码。
Q 每人一个还是共用一个？
A 共用一个就行。
F 上网码已发到邮箱，{date}7点到20点有效。

== tablet-store | workplace | hardware | 1 1 | 12 | 6-48 | request approval
tags: tablet, store
zh:
T {store}申请盘点平板
D 盘点用平板坏了一台，下周大盘点，申请更换，资产号{k}{m}。
Q 旧平板能否开机？需要先清除数据。
A 不能开机，屏幕碎了。
N 库存平板已注册到设备管理。
F 新平板已寄出，单号{order}，旧平板已报废登记。
en:
T Tablet for stock-taking in {store}
D One of our tablets is broken and the yearly count is next week. Asset {k}{m}.
Q Does the old one still start? We have to wipe it.
A No, the glass is in pieces.
N Spare tablet enrolled.
F New tablet sent, parcel {order}. The old one is written off.
"""
