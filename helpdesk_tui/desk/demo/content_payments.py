"""Scenarios: payments and tills, for stores, merchants and partners."""

from typing import Final

SCRIPT: Final = """
== payments-disk | payments | infrastructure | 2 2 | 0 | 0.4-3 | monitoring night
tags: disk-full, nightly-batch, pay-db
ci: pay-db-01
en:
T [monitoring] pay-db-01: filesystem /data/arch 9{n} % full
D Threshold 90 % passed at {hour} during the nightly settlement batch. At the present rate full in {m} minutes. Archive logs
  are not removed while the batch runs.
T [monitoring] Settlement batch on pay-db-01 stopped: no space left on device
D Step 7 of 11 "merge ledger" ended with "No space left on device" at {hour}. Settlement files for merchants will be late.
N Moved {k} archive logs to the NFS share by hand, batch goes on from step 7.
N Once more the archive directory. The batch writes a full copy of the ledger before it deletes anything.
C The nightly batch writes more archive logs than the volume holds before the clean-up runs.
F Archive logs moved away and the batch finished at {hour}. Settlement files were sent before the bank's deadline.
zh:
T 【监控】pay-db-01归档目录使用率9{n}%
D 夜间清算批处理期间{hour}超过90%阈值，按目前速度{m}分钟后写满，批处理期间归档日志不会清理。
T 【监控】清算批处理中断：磁盘空间不足
D 第7步“合并账本”{hour}报No space left on device，商户对账文件可能延迟。
N 手工迁移{k}个归档日志，批处理从第7步继续。
N 又是归档目录，批处理会先写一份完整账本副本再删除。
C 夜间批处理产生的归档日志超过卷容量，清理任务在其后才运行。
F 已迁走归档日志，批处理于{hour}完成，对账文件在银行截止时间前送出。

== pos-offline | payments | software | 1 3 | 30 | 0.2-3 | both
tags: pos, till, store
ci: pos-nanshan-01, pos-nanshan-02, pos-xuhui-01, pos-altona-01
zh:
T {store}收银机显示离线
D {n}号收银机{hour}开始显示“离线交易”，只能收现金，扫码不了，排队很长。
T 刷卡机连不上
D {store}刷卡提示“通讯失败 {code}”，重启两次没用，另一台是好的。
T {store}扫码付款一直转圈
D 顾客扫码之后小票不出来，钱已经扣了，不知道该不该再扫一次，今天已经{n}单。
Q 请看一下收银机右下角的网络图标，以及终端号。
A 网络图标有感叹号，终端号{k}{m}。
N 终端时钟与服务器相差6分钟，证书校验失败。
N 远程重新下发终端密钥后可以联机。
C 终端长时间未重启，密钥过期未更新。
F 已远程下发密钥并重启终端，{n}笔离线交易均已上送成功，请再刷一笔小额测试。
C 收银机网卡节能导致断线。
F 已关闭网卡节能并重启，观察半小时扫码正常，重复扣款会自动退回。
en:
T Till {n} in {store} is offline
D Card terminal says "communication error {code}". Only cash works, the queue reaches the door.
T Card terminal takes ages
D Each payment takes {m} seconds until the receipt comes. Customers leave their baskets.
Q Which number is on the sticker of the terminal, and is the small globe green?
A {k}{m}, the globe is grey.
N Key of the terminal had expired, it was not switched off for 60 days.
C The terminal's key had expired because it had not been restarted for weeks.
F New key loaded from here and terminal restarted. The {n} offline payments have been sent. Please try one small amount.

== payapi-timeout | payments | software | 2 2 | 16 | 0.4-6 | external
tags: api, timeout, merchant
ci: pay-api-01, pay-api-02
en:
T Payment API: {m} % of requests time out
D Since {hour} (UTC) about {m} % of our calls to /v2/payments end after 30 s without an answer. Merchant {merchant}. Request id
  {code}.
T Intermittent 504 from api.pay.lanhai.example
D We see 504 on refunds and captures, payments are fine. Our shop retries, so some customers may be charged twice.
T Checkout of our shop hangs at the last step
D Customers of {org} complain that the payment page spins. Started at {hour} today, merchant id {merchant}.
Q Could you send two or three request ids with their time, and the address you call from?
A {code} at {hour}, from {ip}. There are more in the file.
N pay-api-02 keeps 200 connections in CLOSE_WAIT, taken out of the balancer.
C One API node ran out of database connections after a deployment.
F The node was replaced at {hour}; errors are at zero since. {k} affected payments were reconciled, no customer was charged twice.
zh:
T 支付接口超时
D 从{hour}开始调用/v2/payments约{m}%超时，商户号{merchant}，请求号{code}，顾客一直在投诉。
T 支付接口偶发504
D 退款接口返回504，支付正常，我们系统会自动重试，担心重复扣款，商户号{merchant}。
Q 请提供两三个请求号和时间，以及出口IP。
A {code}，{hour}，出口IP是{ip}。
N pay-api-02大量CLOSE_WAIT，已从负载均衡摘除。
C 发布后单个节点数据库连接耗尽。
F 已更换节点，错误率归零，{k}笔受影响交易已对账，无重复扣款。

== refund-stuck | payments | software | 1 2 | 18 | 2-20 | both
tags: refund
ci: pay-batch-01
zh:
T 退款一直显示处理中
D 顾客{date}退货，订单{order}，金额{amount}元，到今天还没到账，顾客每天打电话。
T 部分退款失败
D 订单{order}退其中一件{amount}元，系统提示“可退金额不足”，但是之前没有退过。
Q 请提供退款单号或者小票照片。
A 小票已拍照，退款单号{k}{m}{k}。
N 渠道返回“原交易不存在”，原因是跨日分表。
C 跨日交易查询未覆盖历史分表。
F 已手工重新发起退款，渠道回执成功，预计1-2个工作日到账。
en:
T Refund not received by customer
D Order {order}, {amount} EUR, returned on {date}. The customer calls every day, our back office shows "in progress".
T Partial refund rejected
D We want to refund one of two articles, {amount} EUR of order {order}, and get "amount exceeds the remainder".
Q Can you send us the refund number or a picture of the slip?
A Refund {k}{m}{k}, slip attached.
N Acquirer says original transaction unknown: it sits in last month's partition.
C The lookup did not search last month's payments.
F Refund sent again by hand and confirmed by the acquirer; it will be on the account within two working days.

== settlement-file | payments | software | 1 2 | 14 | 1-8 | external
tags: settlement, file
ci: pay-sftp-01, pay-batch-01
en:
T Settlement file of {date} is missing
D Normally the file is on the SFTP server at 06:00. At {hour} there is nothing in /out. Merchant {merchant}.
T Settlement file has wrong totals
D The sum of the file of {date} differs by {amount} EUR from our books. {n} payments appear twice.
Q Which merchant id and which file name do you expect?
A {merchant}, settle-{date}.csv.
N Batch was late, see the disk alarm of the night. File is being made now.
C The nightly batch finished late, so the file missed its delivery slot.
F The file has been delivered and its totals checked against the ledger. The next one is watched.
zh:
T {date}对账文件未收到
D 一般早上六点前推送到SFTP，到{hour}还没有，商户号{merchant}，财务等着对账。
T 对账文件金额不一致
D {date}文件合计与我方差{amount}元，有{n}笔重复，请核实。
Q 请提供商户号与文件名。
A {merchant}，settle-{date}.csv。
N 夜间批处理延迟，文件正在补生成。
C 夜间批处理延迟，错过推送窗口。
F 文件已补发，合计与账本核对一致，明日重点关注。

== double-charge | payments | software | 1 3 | 14 | 0.5-10 | external
tags: double-charge, complaint
ci: pay-api-01
zh:
T 顾客被重复扣款
D 订单{order}，{amount}元扣了两次，顾客很生气，要求今天解决。
T 会员投诉扣款两次
D {store}扫码超时后又扫了一次，两笔都成功，合计多扣{amount}元。
Q 请提供两笔交易的流水号后六位。
A {k}{m}和{m}{k}。
N 两笔请求间隔31秒，客户端超时重试未带幂等号。
C 客户端超时重试未携带幂等号。
F 多扣的一笔已原路退回，已提醒商户升级插件。
en:
T Customer charged twice
D Order {order} over {amount} EUR was taken twice from the card. The customer threatens with a complaint.
T Two captures for one order
D Our shop retried after a timeout and both captures went through, {amount} EUR too much.
Q Please send the last six digits of both transactions.
A {k}{m} and {m}{k}.
N Retry without idempotency key, 31 seconds apart.
C The shop's retry came without an idempotency key.
F The second charge is refunded. Your plug-in should be updated to 3.4, which sends the key.

== webhook-signature | payments | software | 2 1 | 8 | 2-20 | external code:advice
tags: webhook, merchant
ci: pay-api-01
en:
T Webhook signature does not match since the key change
D We rotated the key on {day}; since then each webhook fails our check. Algorithm is HMAC-SHA256 as documented. Merchant {merchant}.
T Webhooks arrive twice
D We get every "payment.captured" two times, {m} seconds apart. Is that intended?
Q Do you compute the signature over the raw body, before parsing?
A We parse and print again, ah. That changes the spaces.
N Their middleware rewrites the JSON. Not ours, but a sample in the docs would help.
C The signature was computed over a reformatted body.
F With the raw body the signature is right. We have added an example to the documentation.

== merchant-portal | payments | access | 1 2 | 12 | 0.3-5 | external first
tags: merchant-portal
en:
T Cannot sign in to the merchant portal
D Our bookkeeper left and nobody has the portal password. Merchant {merchant}. We need the invoices of last month.
T Portal shows another shop's name
D After login the header says a shop that is not ours, the payments are ours. Merchant {merchant}.
Q Please send the request from the address in your contract, so that we can be sure.
A Sent from the office address just now.
N Contract contact checked by phone.
C The portal account belonged to a person who had left.
F A new portal administrator is set up, the invitation is in your inbox for 24 hours.
zh:
T 商户平台登录不了
D 原来的会计离职了，没有人知道密码，商户号{merchant}，要下载上月发票。
T 商户平台下载报表失败
D 点下载之后提示{code}，换浏览器也一样，商户号{merchant}。
Q 请用合同登记邮箱再发一次申请，便于核实。
A 已用公司邮箱发送。
N 已电话核实合同联系人。
C 平台账号绑定在离职人员名下。
F 已开通新管理员，邀请邮件24小时内有效。

== tax-receipt | payments | software | 1 2 | 8 | 1-12 | -
tags: till, receipt
ci: pos-altona-01
en:
T Till prints receipts without the tax line
D Since the update at {hour} the receipts in {store} have no VAT line. The auditor was very clear about that last year.
Q Does it happen with all articles or only the vouchers?
A Only when a voucher is part of the basket.
N Template 14 lacks the line for mixed baskets.
C The receipt template for baskets with vouchers lacked the tax line.
F Template corrected and sent to all tills in Hamburg; a test receipt is right.
zh:
T 小票上没有税额
D {store}升级之后小票不打印税额，顾客要求开票对不上，今天已有{n}位。
Q 是所有商品还是只有用券的订单？
A 用了优惠券的才没有。
N 混合订单的小票模板缺少税额行。
C 小票模板缺少税额行。
F 模板已修正并下发全部门店，测试小票正确。
"""
