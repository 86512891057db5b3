"""Problems, changes, improvements and deliveries, told step by step (format: see `content_stories`).

`from:FAMILY` in the options links the incidents of that family to the problem.
"""

from typing import Final

SCRIPT: Final = """
== prb-vpn | problem | vpn | network | 2 3 | en | vpn-gw-sz-01 | chen.xiao | 38 | from:vpn-monday
T VPN drops every Monday after the certificate rotation
D Four Mondays in a row, 10 to 15 incidents each: tunnels drop with a certificate warning until about noon. Always the Monday
  after the rotation on Sunday 23:00. Restarting one node helps each time.
C The rotation script reloads only the active node. The passive node keeps the old chain and takes half of the sessions after the
  Monday failover test.
+1h wu.hao take |
+1d wu.hao note | Five whys: drops - old chain - node not reloaded - script knows one node only - script is older than the second node.
+3d wu.hao state:root_cause_known | Proved in the lab: reload of node B missing.
+4d wu.hao state:known_error | Workaround for the desk: restart the TLS worker of node B, two minutes, no data lost.
+6d wu.hao link:relates:chg-vpn | Permanent fix is the change.
+6d wu.hao state:awaiting_change | Waits for the new rotation script.
+20d roger.falk note | Still coming back each Monday, the change was refused in the freeze week. New date asked for.

== prb-printer | problem | printing | printing | 1 2 | en | prn-hh-2f-03 | lukas.meier | 30 | from:printer-hh-jam
T Printer HH-2F-03 jams several times a week
D More than twenty jam tickets in two months for one printer, none for its twin on the first floor. Cleaning helps for two days.
C Pick-up rollers far beyond their service life; the maintenance counter was reset by mistake in spring.
+2h lukas.meier take |
+2d lukas.meier note | Counter 412,000 pages, service interval 300,000. Twin printer was serviced in May.
+5d lukas.meier state:root_cause_known | Rollers measured, 0.4 mm worn.
+6d lukas.meier link:relates:chg-printer |
+6d lukas.meier state:awaiting_change | Service kit ordered with the maintenance partner.

== prb-paydisk | problem | payments | infrastructure | 3 2 | en | pay-db-01 | xia.yu | 44 | from:payments-disk
T Nightly settlement batch fills the archive disk of pay-db-01
D The archive file system runs full about twice a week between 02:00 and 04:00. So far caught by hand each time; twice the
  settlement files were late.
C Step 7 copies the whole ledger before the clean-up of step 9; the ledger has grown by 60 % this year.
+3h xia.yu take |
+2d xia.yu note | Growth: 38 GB a night in January, 61 GB now, volume 120 GB with two days kept.
+4d chen.gang note | Bigger disk buys us five months, not more.
+7d xia.yu state:root_cause_known | Order of steps 7 and 9, and no cap on kept copies.
+8d xia.yu link:relates:chg-paydisk |
+9d xia.yu state:known_error | Workaround in the on-call book: move logs older than one hour to the NFS share.
+12d xia.yu state:awaiting_change | Change is planned with payments.

== prb-quota | problem | email | mail | 2 1 | zh | mail-sz-01 | fang.yuan | 26 | from:mailbox-quota
T 会员通讯发送后邮箱批量超限
D 每月第二、第四个周四发送会员通讯后，一小时内集中出现邮箱超限工单，发件人使用个人邮箱，自动回复带大图全部回到该邮箱。
C 通讯使用个人邮箱发送，退信与自动回复没有单独处理。
+5h fang.yuan take |
+3d fang.yuan note | 单次自动回复约四千封，平均0.8MB。
+5d fang.yuan state:root_cause_known | 已确认与市场部流程有关。
+6d fang.yuan link:relates:imp-newsletter |

== prb-monthend | problem | erp | software | 3 2 | zh | erp-db-01 | ren.yuan | 57 | from:erp-monthend
T 月结期间ERP性能下降
D 连续三个月月末最后两天未清项报表和凭证过账极慢，影响结账进度，审计已书面提出。
C 统计信息收集任务在月末最后一天22点运行，导致未清项报表执行计划改变。
+2h ren.yuan take |
+4d xia.yu note | 执行计划对比：索引扫描变为全表扫描，4100万行。
+6d ren.yuan state:root_cause_known | 复现成功。
+7d ren.yuan state:known_error | 临时措施：固定执行计划。
+8d ren.yuan link:relates:chg-stats |
+9d ren.yuan state:awaiting_change |
+30d ren.yuan resolve | 统计任务已避开月末，月结报表恢复到三分钟内。
+45d roger.falk close | 已观察一个月结周期，无复发。

== prb-cert | problem | identity | security | 3 2 | zh | idp-01 | kang.ning | 60 | -
T 认证服务器证书到期未告警
D 单点登录重大故障复盘结论：根证书到期前没有任何告警，证书清单不完整，备用节点共用同一证书。
C 证书监控只覆盖对外网站，内部证书没有登记。
+3h kang.ning take |
+2d farid.rahimi note | 43 internal certificates found, 17 not on any list, 2 of them run out within 60 days.
+4d kang.ning state:root_cause_known | 已完成全网扫描比对。
+10d kang.ning link:relates:chg-certmon |
+11d kang.ning state:awaiting_change |
+34d kang.ning resolve | 内部证书全部纳入监控，60/30/7天三级提醒，备用节点使用独立证书。
+50d wen.jingyi close | 抽查通过。

== prb-payapi | problem | payments | software | 3 2 | en | pay-api-01 | ana.ribeiro | 32 | -
T A release can use up all database connections
D From the major incident: one setting in release 4.18 took payments down everywhere. Why could it reach both nodes at once, and
  why did no test see it?
+2h zhou.qing take |
+3d zhou.qing note | Test database allows 2,000 connections, the live one 500. So the test could never fail.
+6d li.mingzhe note | Both nodes are deployed within 40 seconds, faster than the health check notices.
+9d zhou.qing state:on_hold:25 | Waits for the load test environment, booked with infrastructure.

== prb-pos-keys | problem | payments | software | 2 2 | zh | pos-nanshan-01 | he.xiaolan | 12 | from:pos-offline
T 收银机终端密钥过期导致离线
D 最近两个月多家门店收银机因密钥过期离线，共同点是长期不关机。需要确认自动更新机制为什么不生效。
+4h zhou.qing take |
+2d zhou.qing note | 更新任务只在开机时运行，门店夜间不关机。
+5d zhou.qing note | 与门店运营沟通，是否可以每周日闭店后自动重启。

== prb-wifi-5f | problem | office_network | network | 2 1 | zh | ap-sz-5f-02 | shi.lei | 3 | from:wifi-meeting
T 深圳5楼无线反复掉线
D 近一个月5楼会议室无线工单集中，怀疑AP固件与负载均衡有关。

== chg-vpn | change | vpn | network | 2 2 | en | vpn-gw-sz-01 | wu.hao | 32 | -
T New certificate rotation for both VPN gateway nodes
D Replaces the rotation script: reload of both nodes, check of the served chain from outside, alarm if they differ. Back-out: old
  script from the repository, five minutes. Interruption: none expected, sessions fail over.
+3h wu.hao take |
+2d kang.ning note | Security has no objection. Keys stay on the box.
+3d wu.hao state:approval | Risk low, two approvers asked.
+12d roger.falk note | Not in the freeze week. Next window is the Sunday after.
+29d roger.falk state:scheduled | Approved for Sunday 23:00.

== chg-printer | change | printing | hardware | 1 2 | en | prn-hh-2f-03 | lukas.meier | 23 | -
T Service kit for printer HH-2F-03
D New rollers and fuser by the maintenance partner, two hours, printing goes to HH-1F-01 meanwhile.
+2h lukas.meier take |
+1d lukas.meier state:approval | 380 EUR, cost centre of the site.
+3d roger.falk state:scheduled | Approved, technician announced.
+21d lukas.meier state:implementation | Technician is on site.

== chg-paydisk | change | payments | infrastructure | 3 2 | en | pay-db-01 | xia.yu | 35 | -
T Archive clean-up before step 7 of the settlement batch
D Moves the clean-up before the ledger copy and keeps one day instead of two. Tested on the copy of October. Back-out: old job order,
  one switch.
+4h xia.yu take |
+3d zhou.qing note | Settlement team needs the old order for the audit day, so not before the 5th.
+5d xia.yu state:approval |
+9d roger.falk state:scheduled | Approved, window Wednesday 01:00 to 02:00, with zhou.qing on call.

== chg-stats | change | erp | infrastructure | 2 2 | zh | erp-db-01 | ren.yuan | 48 | -
T 调整ERP统计信息任务时间
D 将统计信息收集从月末最后一天调整为每月10日，并固定未清项报表执行计划。回退：恢复原计划任务，两分钟。
+2h xia.yu take |
+1d xia.yu state:approval | 风险低。
+2d roger.falk state:scheduled | Approved.
+5d xia.yu state:implementation |
+5d xia.yu resolve | 已按计划实施，当晚任务时间已变更，验证通过。
+9d wen.jingyi close | 复核完成，无异常。

== chg-certmon | change | security_operations | security | 2 2 | zh | idp-01 | kang.ning | 49 | -
T 内部证书纳入到期监控
D 将43张内部证书加入监控，提前60/30/7天提醒，值班短信。无业务中断。
+3h farid.rahimi take |
+2d farid.rahimi state:approval |
+3d wen.jingyi state:scheduled | 同意。
+6d farid.rahimi state:implementation |
+7d farid.rahimi resolve | All 43 certificates are watched; a test alarm reached the phone of the person on call.
+12d roger.falk close | Reviewed, nothing open.

== chg-fw-sh | change | office_network | network | 2 2 | zh | fw-sh-01 | bai.xue | 6 | -
T 上海防火墙规则清理
D 清理两年未命中的规则共61条，实施前导出备份，分三批停用，每批观察十分钟。
+2h bai.xue take |
+1d bai.xue state:approval |
+3d roger.falk state:scheduled | Approved for a morning before opening hours.
+5d bai.xue state:implementation | 第一、二批已完成。

== chg-pos-415 | change | payments | software | 2 2 | en | pos-altona-01 | sven.olsen | 66 | -
T Till software 4.15 for the stores in Hamburg
D New receipts with VAT line for vouchers. Altona first, the others a day later. Back-out: 4.14 stays on the disk.
+4h sven.olsen take |
+2d sven.olsen state:approval |
+4d roger.falk state:scheduled | Approved.
+7d sven.olsen state:implementation |
+8d sven.olsen resolve | All tills in Hamburg run 4.15; test receipts are in the file.
+15d roger.falk close | Review: one till needed a second start, added to the instruction.

== chg-mail-tls | change | email | mail | 1 2 | en | mail-gw-01 | carla.neumann | 74 | -
T Switch off TLS 1.0 and 1.1 on the mail gateway
D Statistics: 0.3 % of the mail comes over old TLS, two partners, both told. Back-out: one line.
+5h carla.neumann take |
+3d carla.neumann state:approval |
+5d roger.falk state:scheduled | Approved after both partners have confirmed.
+12d carla.neumann state:implementation |
+12d carla.neumann resolve | Old versions are off, no rejected partner mail in the first day.
+20d roger.falk close | Reviewed.

== chg-crm-move | change | crm | infrastructure | 2 1 | en | crm-01 | wei.lai | 20 | -
T Move the CRM to another cloud region
D Cheaper by a third. Needs four hours on a Saturday.
+6h wei.lai take |
+4d wei.lai state:approval |
+7d roger.falk state:rejected | Personal data would leave the agreed region; legal says no. Please bring another proposal.

== imp-newsletter | improvement | email | mail | 1 2 | en | mail-sz-01 | fang.yuan | 19 | -
T Own sender and bounce handling for the newsletter
D Newsletter gets its own address whose automatic answers are sorted away. Target: no quota ticket after a newsletter, today 8 on
  average.
+1d roger.falk take |
+4d roger.falk state:planned | Owner: marketing and mail team; due at the end of next month.
+9d fang.yuan state:in_progress | Address made, rules under test with the next issue.

== imp-first-response | improvement | staff_changes | other | 2 2 | zh | - | wen.jingyi | 70 | -
T 缩短中文工单首次响应时间
D 基线：中文工单首次响应平均24分钟，目标15分钟以内。措施：早班提前半小时，热门问题使用模板回复。
+1d wen.jingyi take |
+7d wen.jingyi state:planned | 与服务台排班确认。
+10d chen.xiao state:in_progress | 早班从下周一开始。
+34d chen.xiao resolve | 新排班与模板已全部上线，开始测量。
+62d wen.jingyi close | 实测平均13分钟，达到目标，纳入常规考核。

== imp-selfservice | improvement | identity | access | 2 2 | en | idp-01 | ana.ribeiro | 52 | -
T Password reset without the desk
D One ticket in ten is a locked account. A reset page with two factors would save about 60 calls a month.
+2d roger.falk take |
+9d qin.lan state:planned | Design agreed with security.
+20d qin.lan state:in_progress | Pilot with finance, 40 people.
+44d qin.lan resolve | Page is open to everyone; lock-out tickets are counted from now on.

== imp-printer-fleet | improvement | printing | hardware | 1 1 | en | - | lukas.meier | 28 | -
T Fewer printers, better maintained
D Hamburg has 14 printers for 60 people. Idea: six good ones with a service contract by page.
+3d lukas.meier take |
+10d lukas.meier note | Counters read: five printers make less than 20 pages a week.
+18d lukas.meier state:planned | Proposal is with the site manager.

== imp-oncall-book | improvement | hosting | infrastructure | 2 1 | zh | - | chen.gang | 15 | -
T 值班手册中英文统一
D 夜间故障交接时两地手册不一致，建议统一成一份双语手册，每季度复核。
+2d chen.gang take |
+6d bo.lindqvist note | I translate the database chapter.

== imp-chatbot | improvement | collaboration | other | 1 1 | en | - | kruger.tobias | 63 | -
T A chatbot for the service desk
D I saw one at another company, it was funny. Perhaps for us too?
+3d roger.falk state:analysis | We look at what people ask at night.
+12d roger.falk state:rejected | At night we get four questions a week. A good search page helps more; see the knowledge project.

== dlv-eppendorf | delivery | payments | project | 2 2 | en | pos-altona-01 | jansen.malte | 55 | -
T Tills and network for the rebuilt store Eppendorf
D Six tills, two label printers, Wi-Fi for staff and guests, line with backup. Opening after the rebuilding.
+1d sven.olsen take |
+1d sven.olsen checklist | Line ordered; Tills staged; Acceptance with the store manager; Staff trained
+6d sven.olsen state:designed | Plan signed by the store manager.
+24d sven.olsen state:deployed | Equipment is installed.
+25d sven.olsen done:1 |
+25d sven.olsen done:2 |
+31d sven.olsen state:delivered | Handed over with a test sale on each till.
+32d sven.olsen state:monitored | Two weeks of watching.
+44d sven.olsen done:3 |
+45d sven.olsen resolve | Accepted by the store manager: 9 of 9 criteria met.
+51d roger.falk close | Reviewed: line should be ordered two weeks earlier next time.

== dlv-merchant-portal | delivery | payments | software | 2 2 | zh | web-fe-01 | deng.chaoqun | 40 | -
T 商户平台对账中心上线
D 商户可自助下载对账单、发票，减少人工补发。验收标准：首批三家商户试用一周无阻断缺陷。
+1d li.mingzhe take |
+8d li.mingzhe state:designed | 方案评审通过。
+26d li.mingzhe state:deployed | 灰度环境部署完成。
+33d li.mingzhe state:delivered | 首批三家商户开通。
+36d li.mingzhe state:monitored | 观察中，收到两条建议，无阻断缺陷。

== dlv-vpn-mfa | delivery | vpn | access | 2 2 | en | vpn-gw-hh-01 | kang.ning | 29 | -
T Second factor for all partner VPN accounts
D All 38 partner accounts get a token; the old way ends at the end of the quarter.
+1d farid.rahimi take |
+7d farid.rahimi state:designed | Roll-out in three waves.
+18d farid.rahimi state:deployed | First wave of 12 is done.

== dlv-nas-sh | delivery | file_storage | storage | 1 2 | zh | nas-sh-01 | zeng.guodong | 78 | -
T 上海文件服务器扩容
D 上海存储从20TB扩到40TB，迁移期间只读不超过两小时。
+1d fang.yuan take |
+6d fang.yuan state:designed |
+20d fang.yuan state:deployed | 新磁盘柜上架。
+22d fang.yuan state:delivered | 周末完成迁移，只读75分钟。
+25d fang.yuan state:monitored |
+39d fang.yuan resolve | 用户验收通过，容量40TB，性能达标。
+46d wen.jingyi close | 复盘完成。

== dlv-hr-portal | delivery | hr_system | project | 1 1 | en | hr-app-01 | sommer.ingrid | 9 | -
T Digital personnel file for Hamburg
D Paper files of 60 people are to be scanned and kept in the HR system, with access for HR only.
+2d julia.weber take |
+5d julia.weber note | Works council has asked for the list of roles first.
"""

# Small standard changes, approved in advance, one or two a week: title, service, ci, owner, language.
STANDARD_CHANGES: Final = (
    ("Monthly patches for the Hamburg servers", "hosting", "vmh-hh-01", "bo.lindqvist", "en"),
    ("深圳服务器月度补丁", "hosting", "vmh-sz-01", "chen.gang", "zh"),
    ("Firmware for the access points in Hamburg", "office_network", "ap-hh-2f-01", "maik.lehmann", "en"),
    ("深圳无线AP固件升级", "office_network", "ap-sz-5f-02", "shi.lei", "zh"),
    ("ERP支持包导入生产", "erp", "erp-app-01", "ren.yuan", "zh"),
    ("Rotate the keys of the settlement SFTP server", "payments", "pay-sftp-01", "sven.olsen", "en"),
    ("商城秋季页面发布", "website", "web-fe-01", "wei.lai", "zh"),
    ("Backup agents to version 11.2", "backup", "bkp-hh-01", "bo.lindqvist", "en"),
    ("数据库只读副本扩容", "hosting", "erp-db-02", "xia.yu", "zh"),
    ("Telephone system: new holiday announcements", "telephony", "pbx-hh-01", "nele.harms", "en"),
    ("Restore test of the mail server", "backup", "bkp-sz-01", "fang.yuan", "en"),
    ("支付接口4.19发布", "payments", "pay-api-01", "zhou.qing", "zh"),
    ("Quarterly UPS battery test", "hosting", "ups-sz-01", "chen.gang", "en"),
    ("门禁系统数据库迁移", "facilities", "door-sz-lobby", "guan.xin", "zh"),
    ("Meeting room systems: firmware night", "collaboration", "room-hh-2f-a", "nele.harms", "en"),
    ("邮件网关规则更新", "email", "mail-gw-01", "fang.yuan", "zh"),
)
STANDARD_TEXT: Final = {
    "en": "Standard change by the book: announced two days before, backup taken, back-out tested. Window after office hours.",
    "zh": "标准变更，按既定流程执行：提前两天通知，实施前备份，回退方案已验证，窗口在下班后。",
}
