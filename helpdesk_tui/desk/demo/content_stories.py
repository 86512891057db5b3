"""Tickets told step by step: three major incidents and two long conversations.

`== code | kind | service | category | impact urgency | language | ci | requester | age in days | options`, then
T, D, and steps `+OFFSET who verb[:value] | text` with offsets (m, h, d) from the start. C is the cause given when it
is solved. Options: `clock` (steps keep their instants, else they move into office hours), `hour:H` (start at that
hour, China time), `sev:N`, `users:N`, `channel:X`.
"""

from typing import Final

SCRIPT: Final = """
== major-payapi | incident | payments | software | 3 3 | en | pay-api-01 | dahl.henrik | 33 | clock hour:14 sev:1 users:212
  channel:monitoring
T Payments API down for all branches
D Alertmanager PayApiDown (critical): api.pay.lanhai.example answers 503 from both nodes. Tills in all stores fall back to
  offline mode, web checkout fails. First alert from pay-api-01, half a minute later pay-api-02.
C A deployment at 13:55 doubled the size of the connection pool; the database reached its connection limit and refused everyone.
+2m ana.ribeiro take | Declared SEV1, war room is open. I am commander until Chen is here.
+3m ana.ribeiro note | Roles: ana commander, zhou.qing operations, ye.qing communication.
+4m ana.ribeiro reply | We know that payments fail in all stores and on the web. The team is on it, next news at 14:30.
+5m zhou.qing note | Both nodes: "FATAL: sorry, too many clients already". 500 of 500 connections.
+7m xia.yu note | pay-db-01 is healthy, only full. 410 sessions idle from pay-api-01, started 13:55.
+9m zhou.qing note | 13:55 was our release 4.18. Pool setting went from 100 to 200 per worker in the diff.
+11m ana.ribeiro note | Decision: roll back to 4.17 at once, no debugging on the live system.
+12m sven.olsen note | Draining pay-api-02, rolling back there first.
+15m ye.qing reply | Stores: please take cards in offline mode up to 50 EUR / 400 CNY, above that cash only. Scan payment does not work yet.
+18m sven.olsen note | pay-api-02 on 4.17, still refused: connections of node 1 hold the limit.
+20m xia.yu note | Ended the 410 idle sessions by hand. 96 in use now.
+21m sven.olsen note | pay-api-02 answers, 200 on the health check, latency 45 ms.
+24m zhou.qing note | pay-api-01 rolled back as well and back in the balancer.
+26m ana.ribeiro reply | Payments work again on both nodes since 14:25. We watch for half an hour before we call it solved.
+31m ye.qing note | Hotline: calls fall, 3 stores still offline, they have to restart their tills.
+34m hanna.becker note | Altona and Eppendorf confirmed by phone, sales run.
+41m zhou.qing note | 1,284 offline payments uploaded, 11 rejected, list goes to settlement.
+48m ye.qing reply | All stores online. If a till still says offline, please switch it off and on once.
+57m ana.ribeiro time:55 | commander
+58m ana.ribeiro resolve | Release 4.18 was rolled back and idle database sessions were ended. Payments are complete: 1,273 of 1,284
  offline payments are booked, the 11 others are being settled with the stores by hand.
+70m dahl.henrik reply | Thank you, also for the clear words to the stores. When do we get the review?
+75m ana.ribeiro reply | Review is on Thursday at 10:00, the invitation is out. The record follows as a problem.
+3d ana.ribeiro close | Reviewed with payments and infrastructure; actions are tracked in the problem.

== major-signin | incident | identity | access | 3 3 | zh | idp-01 | peng.lihua | 61 | clock hour:9 sev:2 users:340 channel:phone
T 全公司单点登录失败，ERP、邮件网页版均无法进入
D 9点过后电话不断，深圳、上海多个部门反馈登录页提示“服务暂不可用”，已登录的同事不受影响，总裁办会议系统也进不去。
C 认证服务器根证书在9点整到期，节点间通信中断；备用节点使用同一张证书。
+3m wang.fang take | 十五分钟内接到26个电话，集中在登录页，升级为SEV2。
+5m wang.fang note | 指挥：陈晓；技术：秦岚、康宁；对外沟通：叶青。
+6m chen.xiao reply | 单点登录目前故障，已在紧急处理，请已登录的同事不要退出。下次更新9:30。
+9m qin.lan note | idp-01日志：certificate has expired，时间正好9:00:00。
+11m kang.ning note | idp-02同一张证书，切备无效。需要签发新证书。
+14m qin.lan note | 内部CA在线，按应急流程签发，双人复核：康宁。
+19m farid.rahimi note | Hamburg is not at work yet, I prepare idp-02 so that nobody notices at eight.
+23m qin.lan note | 新证书已装到idp-01，服务重启中。
+27m qin.lan note | idp-01恢复，抽测ERP、邮件、合同系统均可登录。
+28m chen.xiao reply | 登录已恢复，如页面仍报错请关闭浏览器重新打开。继续观察半小时。
+34m farid.rahimi note | idp-02 done too, both nodes trust each other again.
+39m ye.qing note | 服务台进线恢复正常，剩余3位用户清缓存后解决。
+52m he.xiaolan note | 门店侧无影响，收银登录走本地缓存。
+63m chen.xiao resolve | 已更换认证服务器证书并验证两个节点，全部系统登录正常。证书到期监控将在问题单中整改。
+66m peng.lihua reply | 收到，辛苦。会议推迟了二十分钟，还好。
+90m kang.ning note | 复盘定在周三，重点：为什么证书到期没有告警。
+3d chen.xiao close | 复盘完成，整改项由问题单跟踪。

== major-xuhui | incident | payments | software | 3 3 | zh | rtr-store-xuhui | hu.bin | 0.03 | clock sev:2 users:46 channel:phone
T 上海门店刷卡和扫码全部失败
D 徐汇、静安、浦东三家店同时反馈收不了款，只能现金，正值客流高峰，顾客开始放弃购物车。4G备份也连不上支付接口。
+2m zhao.peng take | 三家店同时故障，升级SEV2，拉起作战室。
+3m zhao.peng note | 指挥：赵鹏；网络：白雪；支付：周晴；门店沟通：贺小兰。
+5m he.xiaolan reply | 已收到，正在排查，请门店先收现金并登记大额订单。二十分钟后更新。
+8m bai.xue note | 三家店到fw-sh-01正常，fw-sh-01到支付网段丢包100%。
+12m zhou.qing note | 支付接口本身正常，深圳、汉堡门店交易无异常。
+16m bai.xue note | 今早七点防火墙规则清理，怀疑误删上海到支付网段的放行规则，正在比对备份。
+24m he.xiaolan reply | 原因已定位在上海出口防火墙，正在恢复规则，预计十五分钟。

== long-video | incident | collaboration | telephony | 2 2 | en | room-hh-2f-a | carter.emily | 24 | channel:email
T Video calls between Hamburg and Shenzhen freeze after twenty minutes
D Our weekly brand call freezes again and again after about twenty minutes. Picture stands still, sound goes on, then both are
  gone. It is always 2F-A here and 5F-A in Shenzhen. We lose half of the meeting, every week.
C A session timer of 1,200 seconds for media streams on the Hamburg firewall.
+40m ben.fischer take |
+45m ben.fischer reply | Hello Emily, that sounds tiring. Does it happen with one laptop in the room too, or only with the room system?
+3h carter.emily reply | With my laptop it held for an hour, so it must be the room.
+4h ben.fischer note | Room unit firmware is current, cable to the switch is fine, no errors on the port.
+5h ben.fischer reply | Thank you. May I book the room tomorrow at nine for a test call with Shenzhen?
+5h carter.emily reply | Yes, it is free until ten.
+1d ben.fischer reply | Test with 钱程 in Shenzhen: froze after 20 minutes and 4 seconds. We could see it ourselves.
+1d qian.cheng note | 深圳侧终端日志：对端媒体流超时，本地网络正常。
+1d ben.fischer note | Second test: 20 minutes and 3 seconds. That is no coincidence, that is a timer.
+1d ben.fischer assign:nele.harms | Exactly 1,200 s every time. Looks like a session timer, please take over.
+1d nele.harms take |
+1d nele.harms reply | Hello Emily, Nele here. Ben and I know that it breaks after exactly 20 minutes; now we look for the clock that does it.
+2d carter.emily reply | Great that you can see it. The next brand call is on Thursday at ten, with our agency. It would be good if it held.
+2d nele.harms note | Bandwidth is no topic, 4 Mbit/s of 200. QoS marks survive to Shenzhen.
+2d nele.harms reply | Until it is solved, please dial in with a laptop as a second participant: when the room falls out, the meeting stays.
+2d carter.emily reply | We did that today. Not pretty, but it worked.
+3d maik.lehmann note | fw-hh-01 has a media session lifetime of 1,200 s since the template change in spring. Laptops go through the VPN and do not see it.
+3d nele.harms note | Shenzhen has 14,400 s. Somebody copied the value of the guest zone.
+3d maik.lehmann note | Small change prepared for tonight, no interruption expected.
+3d nele.harms reply | We found it: the firewall here ends media streams after 20 minutes. It is corrected tonight, tomorrow I test for two hours.
+4d nele.harms note | Test call 2 h 10 min, not one lost frame.
+4d nele.harms reply | Two hours without a hitch this morning. Would you try your call today and tell me?
+4d carter.emily reply | 75 minutes with the agency, all good! Even the sound is better than before.
+4d nele.harms time:190 | tests in the room and analysis
+5d nele.harms resolve | The firewall in Hamburg ended video streams after 20 minutes. The value is corrected on all zones and checked with a call of
  two hours.
+5d carter.emily reply | Thank you both, and greetings to Shenzhen.
+8d autodesk close | Closed: no objection within three days.

== long-stock | incident | erp | software | 2 2 | zh | erp-app-01 | su.xiaomei | 41 | channel:phone
T 盘点差异每天都在变，无法锁定库存
D 南山店从上周开始盘点，白天核对好的数量，第二天又变了，财务要求月底前锁定，现在完全对不上，请系统组帮忙查一下。
C 夜间补货任务把盘点期间的在途数量重复计入可用库存。
+20m he.xiaolan note | 电话受理，用户比较着急，已安抚。
+30m ren.yuan take |
+35m ren.yuan reply | 苏经理您好，请提供两三个差异比较大的商品编号，以及昨天和今天的数量。
+2h su.xiaomei reply | 编号在附件，一共12个，昨天对好的今天都多了。
+3h ren.yuan note | 12个商品都有在途调拨单，多出来的数量等于在途数量。
+4h ren.yuan reply | 初步判断与在途调拨有关，请问盘点时有没有把未上架的货也点进去？
+5h su.xiaomei reply | 没有，只点货架和仓间，在途的车还没到。
+1d ren.yuan reply | 昨晚我盯了夜间任务，凌晨两点数量又变了，说明是系统任务改的，不是人为。
+1d su.xiaomei reply | 我就说嘛，店里的人都在加班数，一件一件数的。
+1d ren.yuan note | 夜间补货任务2:00，日志里每个在途单加了一次可用库存。
+1d li.mingzhe note | 上个月补货任务改过逻辑，盘点标志没有判断。
+1d ren.yuan reply | 问题已经定位在夜间补货任务，今晚先对南山店停用，您明早看一下是否还变。
+2d su.xiaomei reply | 今天早上没有变！但是昨天以前的差异怎么办？
+2d ren.yuan reply | 历史差异我们会按任务日志反冲，清单先发您确认，确认后再执行。
+2d ren.yuan note | 反冲清单共338行，涉及214个商品。
+3d su.xiaomei reply | 清单看了，有两个商品我们自己调整过，不要动。
+3d ren.yuan reply | 好的，已去掉这两个，今天下班后执行。
+3d xia.yu note | 已备份库存表，执行时间18:30。
+4d ren.yuan reply | 反冲完成，请抽查附件里的12个商品。
+4d su.xiaomei reply | 12个都对了，财务也确认可以锁定。
+4d ren.yuan note | 正式修复随下次发布，南山店任务明天恢复。
+4d su.xiaomei reply | 其他门店会不会也有这个问题？龙岗店下周盘点。
+5d ren.yuan reply | 会，所以发布前所有盘点门店都先停用该任务，已通知各店。
+5d ren.yuan time:420 | 排查与数据修正
+6d ren.yuan resolve | 夜间补货任务在盘点期间重复计入在途数量，已停用并反冲338行历史差异，正式修复随下次发布上线。
+6d su.xiaomei reply | 太感谢了，终于可以按时下班。
+9d autodesk close | 三天内无异议，自动关闭。

== long-merchant | incident | payments | software | 2 2 | en | pay-batch-01 | erik.solberg@fjordland.example | 7 |
  channel:email
T Settlement differs by a few cents every day
D Since the first of the month our settlement is off by between 0.03 and 0.41 EUR each day. It sounds like nothing, but our books
  do not close and the auditors ask. Files of the last days are attached.
C Refunds in Swedish crowns were converted with the rate of the refund day instead of the payment day.
+15m hanna.becker take |
+20m hanna.becker reply | Hello Erik, cents matter when books have to close, I understand. Is the difference always in the same direction?
+2h erik.solberg@fjordland.example reply | No, sometimes plus, sometimes minus. Most on Mondays.
+3h hanna.becker note | Mondays have the refunds of the weekend. Asking payments.
+4h hanna.becker assign:sven.olsen | Please have a look, contract with Fjordland is up for renewal.
+5h sven.olsen take |
+5h sven.olsen reply | Hi Erik, Sven from the payments team. Could you mark three days and the amount you expect for each?
+1d erik.solberg@fjordland.example reply | Here: 3rd 0.41 too little, 4th 0.03 too much, 9th 0.12 too little.
+1d sven.olsen note | All three days contain refunds in SEK. Days without SEK refunds are exact.
+1d sven.olsen reply | Thank you, that helps: the days have one thing in common, refunds in Swedish crowns. I compute them by hand now.
+1d erik.solberg@fjordland.example reply | Interesting. We did start to sell to Sweden in crowns on the first!
+1d sven.olsen note | 14 refunds by hand: rate of the refund day was used, the contract says rate of the payment day.
+1d zhou.qing note | Confirmed in the code: the currency table is joined by booking date. Nobody else settles SEK yet.
+1d sven.olsen reply | Found it. Refunds took the rate of the day of the refund; by contract it has to be the rate of the payment.
+2d erik.solberg@fjordland.example reply | Great. Will you correct the old days as well, or shall we book the difference?
+2d sven.olsen reply | We correct them: one line "adjustment" in tomorrow's file with a list of all 61 refunds.
+2d erik.solberg@fjordland.example reply | Our bookkeeper asks whether it can be one line per day. Otherwise she cannot match it.
+2d sven.olsen note | One line per day is easy, 17 days.
+2d sven.olsen reply | One line per day it is. You get a test file this afternoon, please let her check it first.
+3d erik.solberg@fjordland.example reply | Test file read without trouble, all 17 days agree to the cent.
+3d sven.olsen note | Fix for the join is reviewed and goes live with the evening release.
+3d sven.olsen reply | Very good. The same file comes tonight for real, and the calculation is corrected from today on.
+4d erik.solberg@fjordland.example reply | First file after the correction: difference 0.00. Thank you both!
+4d sven.olsen time:310 | analysis, correction file
+5d sven.olsen resolve | Refunds in Swedish crowns now take the rate of the payment day. 17 days were corrected by one line each.
"""
