"""Scenarios: mail, calendars, meetings, shared files, backup."""

from typing import Final

SCRIPT: Final = """
== mailbox-quota | email | mail | 2 2 | 0 | 0.4-4 | first
tags: mail, quota, newsletter
ci: mail-sz-01
en:
T Mailbox full after the newsletter
D I cannot send any more: "mailbox has reached its limit of 10 GB". Every second Thursday the newsletter answers fill it up.
T Cannot send mail, quota exceeded
D Since {hour} my mails stay in the outbox. I got {k} out-of-office replies to the newsletter.
T Team mailbox of {dept} is full again
D Customers get a bounce from our team mailbox. It was the same two weeks ago after the newsletter went out.
Q May I move everything older than a year to the archive? You can still search it.
A Yes please, only keep the folder "Contracts" where it is.
N 4,100 automatic answers to the newsletter with the full picture attached, 3.2 GB.
N Second and fourth Thursday, always within an hour of the newsletter. The sender address should not be a person's mailbox.
C Automatic answers to the newsletter, each with its pictures, filled the mailbox.
F The answers were removed and old mail moved to the archive; {n} GB are free. Waiting mails have gone out.
zh:
T 邮箱满了发不出邮件
D 提示“邮箱已达到10GB上限”，每次发完会员通讯都这样，自动回复几百封，今天要给供应商发合同。
T 发会员通讯之后邮箱超限
D {hour}通讯发出后收到{k}封自动回复，现在收发都不行了，上上周四也是一样。
T {dept}公共邮箱又满了
D 客户反馈邮件被退回，公共邮箱显示超出配额，麻烦尽快清一下。
Q 是否可以把一年以前的邮件移到归档？归档之后仍然可以搜索。
A 可以，只是“合同”文件夹请保留。
N 通讯自动回复四千多封，每封都带原图，共3.2GB。
N 又是发通讯的周四，发件人不应该用个人邮箱。
C 会员通讯的自动回复带大图，占满邮箱。
F 已清除自动回复并归档旧邮件，腾出{n}GB，积压邮件已全部发出。

== mail-delayed | email | mail | 2 2 | 16 | 0.5-6 | both
tags: mail, delay
ci: mail-gw-01
en:
T Mails to customers arrive hours late
D An offer sent at {hour} reached our customer {n} hours later. Internal mail is immediate. Several colleagues confirm.
T Mail from {org} bounces with 451
D Our partner gets "451 temporarily deferred" when writing to us since this morning. Please check, we await an order.
T No confirmation mails from Lanhai
D Since {day} we receive the order confirmations with great delay, some not at all. Our address is unchanged.
Q Could you send me the header of one late mail? Open it and choose "show source".
A Here it is. The third line has a gap of {n} hours.
N Greylisting at the far side, our second outgoing address has no reverse name yet.
C The new outgoing mail address had no reverse DNS record and was slowed down by receivers.
F The record is set, the queue of {k} mails has drained and a test mail arrived within ten seconds.
zh:
T 发给客户的邮件延迟几个小时
D {hour}发出的报价，客户{n}小时之后才收到，内部邮件没问题，部门里好几位同事一样。
T 收不到供应商的邮件
D 供应商说邮件被退回，代码451，从{day}开始，正在等一份报关资料。
Q 请把一封延迟邮件的原始邮件头发给我。
A 已导出，第三跳之间差了{n}个小时。
N 新出口IP没有反向解析，被对方灰名单。
C 新出口地址缺少反向解析，被收件方限速。
F 已补充反向解析，积压的{k}封邮件已全部投递，测试十秒内到达。

== phishing | security_operations | security | 1 3 | 20 | 0.2-3 | both
tags: phishing, security
ci: mail-gw-01
en:
T Suspicious mail "Your salary statement"
D I got a mail with a link to sign in for my salary statement, sender looks like HR but the address ends in .top. I did not click.
T I clicked on a link and entered my password
D It looked like our portal. Only afterwards I saw that the address was wrong. That was at {hour}. What shall I do?
T Invoice from an unknown supplier with attachment
D Mail with an invoice over {amount} EUR and a zip file from a supplier we do not have. {n} colleagues in {dept} got it too.
Q Thank you for reporting it. Did you enter your password or open the attachment?
A No, I only looked at the preview.
N {m} recipients, 3 clicks in the proxy log, 1 password entered. Link blocked, mail pulled from all mailboxes.
N Sign-in log of the account is clean: no foreign address, no new forwarding rule.
C A phishing campaign from a look-alike domain.
F The sender and the link are blocked, the mail was removed from {m} mailboxes. Affected passwords were reset and
  sessions ended. Well spotted, please keep reporting.
zh:
T 收到“工资条领取”可疑邮件
D 收到一封要求扫码领取工资补贴的邮件，发件人写的人事部，但是后缀不对，我没有扫。
T 误点钓鱼链接并输入了密码
D {hour}点了一个“邮箱升级”的链接，输完密码才发现网址不对，现在很担心，请帮忙处理。
T 陌生供应商发来带附件的发票
D 金额{amount}元，附件是压缩包，我们没有这个供应商，{dept}有{n}个人都收到了。
Q 感谢上报。请问有没有输入密码或者打开附件？
A 没有，只是在预览里看了一下。
N 共{m}人收到，代理日志显示3人点击、1人输入密码，已封禁链接并撤回邮件。
N 该账号登录日志正常，无异地登录，无新增转发规则。
C 仿冒域名的钓鱼邮件。
F 已封禁发件域名与链接，并从{m}个邮箱中撤回邮件，相关密码已重置并强制下线。感谢及时上报。

== shared-mailbox | email | access | 1 2 | 14 | 0.3-5 | first
tags: mail, permissions
ci: mail-sz-01
en:
T Shared mailbox of {dept} has vanished
D The team mailbox was in my list until {day}. Now it is gone and customer mails remain unanswered.
T Cannot send as the team
D I can read the shared mailbox, but when I answer as the team I get "you do not have the permission to send".
Q Who is the owner of the mailbox?
A That is our head of department.
N Membership was lost with the department change in HR, the group is filled by department code.
C Membership in the mailbox group follows the department code, which had changed.
F You are a member again with the right to send. Restart the mail programme, the mailbox shows within ten minutes.
zh:
T {dept}公共邮箱看不到了
D {day}还在左侧列表里，今天不见了，客户邮件没人回复。
T 公共邮箱能看不能发
D 用公共邮箱回复时提示没有代理发送权限，之前是可以的。
Q 请问这个邮箱的负责人是哪位？
A 是我们部门经理。
N 部门代码变更后被动态组移除。
C 动态组按部门代码授权，代码变更后权限丢失。
F 已恢复权限（含代发），请重启邮件客户端，十分钟内显示。

== calendar-zone | email | mail | 1 1 | 9 | 0.5-8 | first code:advice
tags: calendar, time-zone
en:
T Invitations to Shenzhen are off by an hour
D Since the clocks changed our weekly meeting shows one hour late for the colleagues in {site}. The series is mine.
T Meeting appears on the wrong day
D An all-day event by a colleague in Shanghai begins the evening before in my calendar.
Q Which time zone is shown in the series when you open it?
A It says UTC+1 without any city.
N Series made with a fixed offset, so it does not follow summer time.
C The series was made with a fixed offset instead of a place.
F I changed the series to Europe/Berlin and sent the update. All participants see the right time.
zh:
T 与汉堡的例会时间差一小时
D 欧洲换时令之后，每周例会在我们这边晚了一个小时，两边的人老是等。
Q 打开系列会议看一下时区写的是什么？
A 写的是UTC+1，没有城市。
N 系列会议使用固定偏移，不随夏令时变化。
C 会议系列使用固定时差而不是地区时区。
F 已改为柏林时区并重新发送更新，两边时间一致。

== meeting-audio | collaboration | telephony | 2 2 | 22 | 0.2-3 | first
tags: meeting, audio
ci: room-sz-5f-a, room-sh-8f-b, room-hh-2f-a
en:
T No sound in meeting room {room}
D The room system shows us but the others hear nothing. We have the supplier on the line at {hour}.
T Echo in every call from {room}
D The other side hears itself. We have to mute after each sentence.
Q Is the table microphone lit green or red?
A Red, and pressing the button does nothing.
N Room unit had lost its audio device after the firmware night. Reboot from the console helped.
C The room system lost its microphone after a firmware update.
F Room unit restarted and audio set again. Tested with the desk, you are well understood.
zh:
T {room}会议室对方听不到声音
D 视频会议画面正常，对方听不到我们说话，{hour}有供应商会议，急。
T {room}开会有回音
D 每次讲话都有回音，对方要求我们静音，没法讨论。
Q 桌面麦克风的灯是绿色还是红色？
A 红色，按了没反应。
N 固件升级后终端未识别麦克风，远程重启后恢复。
C 会议终端升级后丢失音频设备。
F 已重启会议终端并重新配置音频，和服务台通话测试正常。

== wiki-denied | project_tools | access | 1 1 | 15 | 0.3-8 | both first
tags: wiki, permissions
en:
T "You need permission" on the project space
D Link to the project space "{app}" says I need permission. My colleagues in {dept} can open it.
T Cannot edit the page any more
D I can read the price list page but the edit button is gone since {day}.
Q Who asked you to work on that page? I need the owner's go-ahead.
A The project lead, she is in copy.
N Owner agreed by chat.
C The person was not a member of the space's group.
F You are now an editor of the space. Reload the page, please.
zh:
T 项目空间“{app}”没有权限
D 点开链接提示需要申请权限，{dept}其他同事可以打开。
T 文档突然不能编辑
D 价目表页面能看不能改，{day}之前还可以。
Q 请问页面负责人是谁？需要负责人同意。
A 项目经理，已抄送。
N 负责人已在聊天中同意。
C 用户不在空间成员组中。
F 已加入编辑组，刷新页面即可。

== file-restore | file_storage | storage | 1 3 | 16 | 0.5-6 | -
tags: restore, file-share
ci: nas-sz-01, nas-hh-01
en:
T Folder "Budget" disappeared from the {dept} drive
D It was there on {day} evening, today it is gone. {n} people work on it and the deadline is tomorrow.
T I overwrote a spreadsheet by mistake
D I saved an empty file over the stock list at {hour}. Can you bring back this morning's version?
Q What was the full path, and when did you last see it in good order?
A Drive {dept}, folder Planning. It was fine on {day} around {hour}.
N Audit log: folder was dragged into "Archive 2023" by a colleague. Snapshot of 12:00 is complete.
C The folder was moved by accident.
F Restored from the snapshot beside the present one, named "Budget (restored)". Please compare and tell me if anything is missing.
zh:
T 共享盘“预算”文件夹不见了
D {day}晚上还在，今天早上没有了，{n}个人在用，明天要交。
T 表格被误覆盖
D {hour}不小心把库存表存成空的了，能恢复到今天早上的版本吗？
Q 完整路径是什么？最后一次正常是什么时候？
A {dept}盘，计划目录，{day}{hour}左右还是好的。
N 审计日志显示被同事拖到“归档2023”里，12点快照完整。
C 文件夹被误移动。
F 已从快照恢复到原目录旁，名称带“已恢复”，请核对是否完整。

== share-full | file_storage | storage | 2 2 | 10 | 1-10 | -
tags: file-share, quota
ci: nas-sz-01, nas-sh-01, nas-hh-01
zh:
T {dept}共享盘空间不足
D 保存文件提示磁盘空间不足，{n}个同事都存不了，设计图还在内存里不敢关。
N 视频素材占{k}GB，其中一半是重复的。
Q 门店宣传视频的原片是否可以移到归档存储？
A 可以，今年的留下就行。
C 视频原片占满部门配额。
F 已将往年视频迁移到归档存储，部门盘剩余{k}GB。
en:
T Drive {dept} is full
D Saving says "not enough space on the device". I have unsaved drawings open and do not dare to close.
N {k} GB of raw video, half of it twice.
Q May last year's raw video go to the archive store?
A Yes, as long as this year's stays.
C Raw video had used up the quota of the department.
F Old video is in the archive store now, {k} GB are free on the drive.

== backup-failed | backup | storage | 2 1 | 9 | 1-10 | monitoring
tags: backup
ci: bkp-sz-01, bkp-hh-01
en:
T [monitoring] Backup job {app} failed on {ci}
D Job ended with status 196 after {m} minutes: client backup was not attempted because the window closed. Last good copy is
  {n} days old.
N Two big jobs started at the same time, the small one starved.
C Overlapping jobs left no time in the backup window.
F Start moved by two hours and run again by hand: complete, {k} GB, restore of one file tested.
zh:
T 【监控】备份任务{app}失败
D {ci}上任务超出备份窗口，状态196，最近一次成功备份是{n}天前。
N 两个大任务同时启动，资源被占满。
C 备份任务时间重叠。
F 已错开两小时并手工补跑成功，数据{k}GB，抽样恢复验证通过。

== sync-conflict | collaboration | software | 1 1 | 8 | 0.5-6 | first
tags: sync
en:
T Hundreds of "conflict" copies in my folder
D Since {day} each spreadsheet appears {n} times with "conflict" in its name. I no longer know which is the right one.
Q Do you have the folder open on two computers?
A Yes, on the old laptop as well.
N Old laptop was still signed in with a clock five minutes fast.
C Two computers with different clocks synchronised the same folder.
F The old laptop is signed off and the copies were merged by date; {k} were identical and are gone.
"""
