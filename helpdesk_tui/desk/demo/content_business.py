"""Scenarios: ERP, purchasing, web shop, databases."""

from typing import Final

SCRIPT: Final = """
== erp-monthend | erp | software | 2 2 | 0 | 1-8 | -
tags: erp, month-end, performance
ci: erp-app-01, erp-db-01
en:
T ERP crawls, month-end closing at risk
D Posting one journal takes {n} minutes since {hour}. It is the same at each month's end. Auditors want the figures tomorrow.
T ERP report "Open items" never finishes
D Started at {hour}, still running, {n} of us in {dept} wait for it. Last month end it was exactly like that.
Q Do you run the report for all companies at once?
A Yes, we need it for all of them.
N Top statement is the open-items report, full scan of 41 million rows, {m} sessions wait behind it.
N Same plan flip as last month: statistics are gathered in the middle of the closing.
C At month end the statistics job changes the plan of the open-items report.
F The good plan was pinned for tonight and the blocking sessions ended. The report ran in {n} minutes.
zh:
T 月结ERP特别慢
D 从{hour}开始过一张凭证要{n}分钟，每个月月底都这样，明天审计要数据。
T ERP未清项报表跑不出来
D {hour}开始跑到现在没结果，{dept}{n}个人在等，上个月底也是一样。
Q 是一次跑全部公司代码吗？
A 是的，需要合并。
N 未清项报表全表扫描，{m}个会话被阻塞。
N 和上月一样，统计信息任务在月结期间执行导致执行计划变化。
C 月末统计信息任务改变了未清项报表的执行计划。
F 已固定执行计划并清理阻塞会话，报表{n}分钟跑完。

== stock-mismatch | erp | software | 1 2 | 18 | 2-16 | -
tags: stock, interface
ci: erp-app-01, mq-sz-01
zh:
T {store}库存与系统不一致
D 系统显示商品还有{m}件，货架上只有{n}件，网上还在卖，已经被顾客投诉缺货。
T 调拨单已收货但库存没增加
D {date}的调拨单{order}门店已经点收，系统还是在途。
Q 是个别商品还是整单都不对？
A 整单都没有更新。
N 消息队列有{k}条死信，门店编码含空格。
C 接口消息因门店编码格式错误进入死信队列。
F 已修正编码并重放{k}条消息，库存已核对一致。
en:
T Stock of {store} differs from the system
D The system says {m} pieces, the shelf has {n}, and the web shop goes on selling. Transfer {order}.
T Goods receipt booked, stock unchanged
D Delivery {order} was received on {date}, the stock still shows "in transit".
Q Is it one article or the whole transfer?
A The whole transfer.
N {k} dead letters in the queue, store code with a blank.
C Messages with a badly formed store code had been set aside by the queue.
F Codes corrected and {k} messages sent again; stock counted and equal.

== invoice-posting | erp | software | 1 2 | 15 | 1-12 | -
tags: invoice, erp
ci: erp-app-01
en:
T Invoice cannot be posted: {code}
D Supplier invoice {order} over {amount} EUR ends with {code} "tax code not valid for company". Payment is due on {day}.
T Invoice print is blank
D The PDF of invoice {order} has only the footer. All invoices since {hour} are like that.
Q Which company code and tax code did you take?
A 3000 and V1.
N V1 was closed with the tax change, master data has to be opened by finance.
C The tax code had been closed for this company.
F Finance opened the new code, invoice {order} is posted.
zh:
T 发票过账报错{code}
D 供应商发票{order}，金额{amount}元，提示“税码对公司无效”，{day}要付款。
T 开票打印空白
D 发票{order}的PDF只有页脚，{hour}以后开的都这样。
Q 使用的是哪个公司代码和税码？
A 公司1000，税码J1。
N 税率调整后J1已关闭，需要财务维护主数据。
C 税码在该公司下已停用。
F 财务已维护新税码，发票{order}过账成功。

== po-approval | purchasing | purchase | 1 2 | 12 | 1-16 | -
tags: purchase-order, approval
ci: erp-app-01
zh:
T 采购订单审批卡住
D 采购订单{order}，金额{amount}元，提交{n}天了还在“待审批”，审批人说没收到。
T 采购申请转单失败
D 申请{order}转采购订单时报{code}，供应商下午停止接单。
Q 审批人目前是谁？是否设置了代理？
A 显示是已离职的王经理。
N 审批链仍指向离职人员。
C 审批链中的审批人已离职。
F 已更新审批人并重新触发流程，订单已批准。
en:
T Purchase order stuck in approval
D Order {order} over {amount} EUR waits for approval for {n} days; the approver has nothing in the inbox.
T Purchase order: release strategy not found
D When I save order {order} the system says {code}, release strategy not found. The supplier holds the price until {day}.
Q Who is shown as the approver?
A A manager who left in spring.
N Approval chain still names a person who left.
C The approval chain named a person who had left.
F Chain corrected and sent again; the order is approved.

== erp-login-license | erp | access | 1 2 | 9 | 0.2-3 | first
tags: erp, licence
ci: erp-app-01
en:
T ERP: "no more licences"
D At {hour} I cannot enter, "maximum number of users reached". {n} of us in {dept} wait.
N {k} sessions idle for more than four hours, ended them.
Q Please try again now.
A I am in, thank you.
C Idle sessions held all licences.
F Idle sessions ended; from now on they end after two hours.
zh:
T ERP提示登录用户数已满
D {hour}登录不了，提示达到最大用户数，{dept}{n}个人都在等。
Q 请现在再试一下。
A 可以了，谢谢。
N {k}个会话空闲超过四小时，已清理。
C 空闲会话占满许可。
F 已清理空闲会话，并设置两小时自动退出。

== web-502 | website | software | 3 2 | 9 | 0.3-3 | both
tags: website, checkout
ci: web-fe-01, web-fe-02
en:
T Web shop: 502 at checkout
D Since {hour} about every {n}th order ends with "502 Bad Gateway" after the payment step. Basket is kept.
T [monitoring] shop.lanhai.example error rate {n} %
D 5xx share above 2 % for ten minutes on {ci}, most on /checkout/confirm.
N {ci} runs out of file handles, leak in the new voucher module.
Q Do you still see it in a new browser window?
A Now it goes through.
C The new voucher module leaked file handles on one front end.
F Voucher module rolled back on both front ends, error rate below 0.1 %.
zh:
T 商城结算页面502
D 从{hour}开始，大约每{n}单就有一单在付款后报502，客服已收到{m}个投诉。
T 【监控】商城错误率{n}%
D {ci}上5xx比例连续十分钟超过2%，集中在结算确认接口。
N {ci}句柄耗尽，新优惠券模块泄漏。
Q 现在重新打开还会报错吗？
A 现在可以了。
C 新优惠券模块句柄泄漏。
F 已回滚优惠券模块，错误率降至0.1%以下。

== web-price | website | software | 2 3 | 11 | 0.5-5 | -
tags: website, price
ci: web-fe-01
zh:
T 官网价格与门店不一致
D 商品编号{order}官网显示{n}元，门店是{k}元，已经有{m}个订单，要不要先下架？
T 促销结束了网站还在打折
D 活动昨晚结束，首页还显示折扣价，顾客按折扣价下单。
Q 请提供商品编号清单。
A 一共{n}个，已经发表格。
N 价格缓存未失效，CDN仍返回旧页面。
C 价格缓存未及时失效。
F 已刷新缓存，抽查{m}个商品价格一致，异常订单清单已给运营。
en:
T Wrong price on the web shop
D Article {order} is shown at {n} EUR, in the store it is {k}. {m} orders came in already. Take it off?
T Promotion still shown after its end
D The campaign ended last night, the start page still has the reduced prices.
Q Which articles are concerned?
A {n} of them, the list is attached.
N Price cache kept the old pages after the campaign.
C The price cache was not cleared at the end of the campaign.
F Cache cleared, {m} articles compared with the till; a list of the odd orders went to the shop team.

== coupon-invalid | website | software | 1 2 | 14 | 0.5-8 | external first
tags: coupon, customer
ci: web-fe-01
zh:
T 优惠券提示不可用
D 会员收到的{k}元券，结算时提示“不在适用范围”，活动页写的是全场通用。
T 团购企业码无法使用
D 我们公司采购的企业码输入后提示{code}，一共{m}张，下周员工活动要用。
Q 请提供券码后四位与截图。
A 后四位{k}{n}，截图已附。
N 券模板排除了自营品类。
C 券模板错误排除了部分品类。
F 已修正券模板，{m}张券均可使用，并延长有效期三天。
en:
T Voucher code is refused
D The {k} EUR voucher from your mail is "not valid for this basket", the mail says all articles.
T Company voucher codes do not work
D We bought {m} codes for our staff, all of them end with {code}. The party is next week.
Q Please send the last four characters of a code.
A {k}{n}, picture attached.
N Template excludes own-brand articles.
C The voucher template left out some articles by mistake.
F Template corrected, the codes work and are valid three days longer.

== delivery-track | website | software | 1 1 | 8 | 1-12 | external
tags: delivery, customer
ci: web-fe-02, mq-sz-01
en:
T Tracking page shows nothing for our parcels
D {n} of our orders, e.g. {order}, have no tracking since {day}. Our customers ask us.
Q Does the parcel number start with LN or LH?
A With LN.
N Partner Nordlicht changed its number format on {day}.
C The carrier had changed the format of its parcel numbers.
F The new format is read, {k} parcels were caught up.
zh:
T 物流信息不更新
D 订单{order}等{n}单从{day}起没有物流信息，门店天天催。
Q 运单号是LN还是LH开头？
A LN开头。
N 承运商更换了运单号格式。
C 承运商变更运单号格式，接口未识别。
F 已兼容新格式，并补齐{k}单物流信息。

== db-lag | hosting | infrastructure | 1 2 | 9 | 0.3-4 | monitoring night
tags: replication, database
ci: pay-db-02, erp-db-02
en:
T [monitoring] {ci}: replica {k} s behind
D Replication lag over 120 s for {m} minutes, threshold passed at {hour}. Reports read from this node.
N A report of {n} hours blocks the apply thread.
C A long report on the replica held up the replication.
F The report was ended and moved to the reporting node; lag 0 s.
zh:
T 【监控】{ci}主从延迟{k}秒
D 延迟超过120秒持续{m}分钟，{hour}触发，报表读取该节点。
N 一个跑了{n}小时的报表阻塞了应用线程。
C 从库长报表阻塞复制线程。
F 已终止报表并迁移到报表节点，延迟恢复为0。

== cert-expiring | website | security | 2 2 | 6 | 1-8 | monitoring
tags: certificate
ci: web-fe-01, pay-sftp-01, mail-gw-01
en:
T [monitoring] Certificate on {ci} expires in {n} days
D Subject {ci}.lanhai.example, automatic renewal has failed {m} times: challenge not reachable.
N Firewall rule for the challenge was removed in the clean-up.
C The renewal challenge was blocked by the firewall.
F Rule restored, certificate renewed and chain checked from outside.
zh:
T 【监控】{ci}证书{n}天后到期
D 自动续期失败{m}次，验证地址不可达。
N 防火墙清理时删除了验证放行规则。
C 防火墙拦截续期验证。
F 已恢复规则并完成续期，外部校验证书链正常。

== report-wrong | reporting | project | 1 1 | 13 | 3-24 | -
tags: report
ci: bi-01, erp-db-02
en:
T Sales report differs from the tills
D The report for {date} shows {amount} EUR less than the tills of {store}. Which one is right?
T Dashboard shows last week's figures
D The sales dashboard has not moved since {day}. Tomorrow is the board meeting.
Q Is the difference the same for all stores?
A Only for stores that closed after midnight.
N Day change is UTC in the loader.
C The loader cut the day at midnight UTC instead of the store's midnight.
F Loader corrected, the figures since {date} were calculated again and agree.
zh:
T 销售报表与收银不一致
D {date}报表比{store}收银少{amount}元，以哪个为准？
T 经营看板数据停在上周
D 看板从{day}开始没有更新，明天经营会要用。
Q 所有门店都差吗？
A 只有过了零点打烊的门店。
N 抽数按UTC切日。
C 数据抽取按UTC切日。
F 已改为按门店当地时间切日，并重算{date}以来数据。

== crm-duplicate | crm | software | 1 1 | 9 | 2-20 | -
tags: crm, data
ci: crm-01
en:
T Customer {org} is twice in the CRM
D {org} stands there with two numbers since {day}. Offers go to one, orders to the other, and the discount is lost.
T Notes of visits vanish in the CRM
D I save a visit report, close it, and when I open it again it is empty. {n} reports so far.
Q Which of the two numbers shall stay?
A The older one, it has the contract.
N Import of the trade fair list created {k} doubles.
C The import of the fair list made doubles because of different spellings.
F The records are merged under the older number, history and discount included.
zh:
T CRM里客户{org}重复
D {org}从{day}开始有两个编号，报价和订单对不上，折扣也没了。
T 拜访记录保存后变空
D 拜访记录保存关闭后再打开是空的，已经丢了{n}份。
Q 请问保留哪个编号？
A 保留旧的，合同在旧编号下。
N 展会名单导入产生{k}条重复客户。
C 展会名单导入时名称写法不同产生重复。
F 已合并到旧编号，历史与折扣均保留。

== build-pipeline | project_tools | software | 2 1 | 9 | 1-10 | -
tags: git, build
ci: git-01
en:
T Builds wait forever
D Since {hour} our builds stand in the queue, {m} jobs before us. The till release is planned for {day}.
T Cannot push to the repository
D Push ends with {code}, "pack exceeds maximum allowed size". I only added {n} pictures.
Q Which project is it?
A The project "{app}".
N Two of three runners have a full disk from old images.
C The build runners' disks were full of old images.
F Old images removed, a nightly clean-up is in place, the queue is empty.
zh:
T 流水线一直排队
D 从{hour}开始构建一直排队，前面有{m}个任务，{day}要发版。
T 代码推送失败
D 推送报{code}，提示超过大小限制，只加了{n}张图片。
Q 是哪个项目？
A 项目“{app}”。
N 三台构建机有两台磁盘写满。
C 构建机磁盘被旧镜像占满。
F 已清理旧镜像并加入每晚自动清理，排队已消化。
"""
