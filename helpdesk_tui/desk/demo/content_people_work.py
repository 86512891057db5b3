"""Scenarios: accounts and sign-in, HR, buildings."""

from typing import Final

SCRIPT: Final = """
== password-locked | identity | access | 1 2 | 70 | 0.1-1 | both first code:advice
tags: password, account
ci: idp-01
en:
T Account locked after holiday
D Back from holiday and the password is not accepted any more, now it says the account is locked. Personnel number {k}{m}.
T Password expired and I cannot change it
D The change page refuses each new password with "does not meet the rules". I have tried {n} and need to book invoices.
T Cannot sign in
D Since {hour} I am told "user name or password wrong". Yesterday it worked. Caps lock is off.
T Locked out again
D My account locks itself every hour although I type the password right. It started on {day} when I changed it.
Q For your safety I call you back on the number in the directory. Is now a good time?
A Yes, I am at my desk.
N Lock-outs come from an old phone that still has the previous password.
N Called back, identity confirmed by personnel number and manager's name.
C A device with the old password kept locking the account.
F Unlocked. Please update the password in the mail account of your phone too, it was the one that locked you out.
C Password had expired during the absence.
F Temporary password given by phone after a call-back; you chose a new one and are signed in.
zh:
T 账号被锁定，无法登录
D 休假回来密码输错几次，提示账号已锁定，工号{k}{m}，急着做月结。
T 密码过期改不了
D 修改密码页面一直提示不符合复杂度要求，试了{n}次了，现在什么系统都进不去。
T 登录提示用户名或密码错误
D {hour}开始登录不了，昨天还好好的，大小写锁定没有开。
T 账号反复被锁
D {day}改完密码之后，每隔一个小时就被锁一次，密码确定没有输错。
Q 为了安全我们会用通讯录里的电话回拨给您，现在方便吗？
A 方便，我在工位。
N 锁定来源是旧手机上的邮件客户端，还保存着旧密码。
N 已回拨，核对工号与主管姓名无误。
C 旧设备保存了旧密码，反复触发锁定。
F 已解锁。请同步更新手机邮件里的密码，否则还会被锁。
C 休假期间密码过期。
F 核实身份后已重置临时密码，您已成功修改并登录。

== mfa-new-phone | identity | access | 1 3 | 28 | 0.2-2 | both first code:advice
tags: mfa, phone
ci: idp-01
en:
T New phone, authenticator codes are gone
D I got a new phone on {day} and the old one is already wiped. Now I cannot get past the second step.
T Authenticator code always invalid
D The six digits are refused every time since {hour}. I have tried at least {n} times.
Q Is the clock of your phone set automatically?
A No, it was four minutes late. I did not think of that.
N Identity checked with the manager on the line. Old token removed, new one enrolled.
C The second factor was bound to the old phone.
F Old factor removed, new phone enrolled together on the phone. Please also store the backup codes in a safe place.
C The phone's clock was wrong, so its codes were not valid.
F With automatic time the codes are accepted.
zh:
T 换手机后动态口令没了
D {day}换了新手机，旧手机已经恢复出厂设置，现在第二步验证过不去。
T 动态口令一直提示错误
D 六位码每次都不对，试了{n}次，下午要审批付款。
Q 手机时间是不是自动设置的？
A 不是，慢了四分钟，改成自动就可以了。
N 已通过主管核实身份，解绑旧设备，绑定新设备。
C 动态口令绑定在旧手机上。
F 已解绑旧设备并协助绑定新手机，请妥善保存备用码。

== sso-loop | identity | access | 2 2 | 13 | 0.5-6 | both
tags: sso, browser
ci: idp-01, idp-02
en:
T Sign-in page comes back again and again
D When I open {app} I sign in, see a white page and then the sign-in page again. Other systems work.
T {app}: "assertion not yet valid"
D Since {hour} {n} of us cannot enter {app}, the message is "assertion not yet valid, code {code}".
Q Does it also happen in a private window?
A In a private window it works the first time.
N Clock of {ci} is 94 seconds ahead, time source lost after the reboot.
C The clock of the sign-in server was ahead, so that tickets were refused.
F Time source repaired on {ci}. Close the browser once and sign in again.
zh:
T 登录{app}后又跳回登录页
D 输完账号密码白屏一下又回到登录页，别的系统正常，换浏览器也一样。
T {app}单点登录报错
D 从{hour}开始{n}个人都进不去{app}，提示assertion not yet valid，代码{code}。
Q 用无痕窗口试一下是否正常？
A 无痕窗口可以进去。
N {ci}时钟快了94秒，重启后时间源丢失。
C 认证服务器时钟偏差导致票据无效。
F 已修复{ci}时间同步，请关闭浏览器后重新登录。

== rights-after-move | identity | access | 1 2 | 22 | 1-12 | -
tags: permissions, transfer
en:
T No access to the drive after changing department
D I moved to {dept} on {day} and still have the old rights only. My new manager says it should happen by itself.
T Missing menu items in {app}
D My colleague sees "Approve" in {app}, I do not. We have the same job since {day}.
Q Please name a colleague who has exactly the rights you need.
A The same as my predecessor, her account still exists.
N HR record still has the old cost centre, so the role was not computed.
C The transfer was entered in HR with a later date.
F HR corrected the date, the role was given overnight. Please sign out and in again.
zh:
T 转岗后没有新部门权限
D {day}转到{dept}，新部门的共享盘和{app}都进不去，原来的反而还在。
T {app}里没有审批按钮
D 同岗位的同事有“审批”按钮，我没有，{day}转岗的。
Q 请提供一位权限相同的同事作为参照。
A 和前任一样就可以，她的账号还在。
N 人事系统成本中心还是旧的，角色未自动计算。
C 人事系统转岗生效日期填晚了。
F 人事已更正，角色已生效，请注销后重新登录。

== hr-leave | hr_system | joiner_leaver | 1 1 | 12 | 2-20 | -
tags: hr, leave
ci: hr-app-01
zh:
T 年假余额不对
D 系统显示还剩{n}天，我自己算应该多两天，去年结转的没有算进来。
T 请假单提交后一直“处理中”
D {day}提交的请假单一直没有流转到主管，主管说没收到待办。
Q 请截图发一下“假期明细”页面。
A 截图已经发了，结转那一行是空的。
N 结转批处理漏掉了年中换合同主体的员工。
C 结转批处理未包含变更合同主体的员工。
F 已补跑结转，余额已更正，请重新查看。
en:
T Leave balance is two days short
D The portal shows {n} days, my slip says two more. The carry-over is missing.
Q Did your contract change in the middle of last year?
A Yes, from part time to full time.
N Carry-over run skips people with two contract rows.
C The carry-over run skipped people whose contract changed within the year.
F The run was repeated for you, the balance is right now.

== payslip-missing | hr_system | joiner_leaver | 2 2 | 8 | 1-10 | -
tags: hr, payroll
ci: hr-app-01
en:
T Payslip of last month is not in the portal
D {n} of us in {dept} have no payslip yet, the money has arrived. I need it for the bank.
Q Do older ones open?
A Yes, all of them.
N Documents were made but the mail merge stopped at number 412.
C The document run stopped half way on a damaged record.
F Run finished, all payslips are there. Sorry for the wait.
zh:
T 工资条查不到
D {dept}有{n}位同事上个月的工资条没有生成，工资已到账，办贷款要用。
Q 之前月份的能打开吗？
A 之前的都可以。
N 生成任务在第412条异常中断。
C 单条异常数据导致批量生成中断。
F 已修复数据并补生成，现在可以查看下载。

== badge-door | facilities | facilities | 1 2 | 16 | 0.3-5 | first
tags: badge, door
ci: door-sz-lobby, door-hh-main
en:
T Badge does not open the side door
D My badge opens the main door but not the side door on {floor} since {day}. The reader blinks red.
T Badge lost
D I cannot find my badge since {hour}. Please lock it, I need one for tomorrow.
Q What is the number on the back of the badge?
A It is {k}{m}.
N Reader was replaced last week, group "{site} all" not assigned yet.
C The new reader lacked the access group of the building.
F Group assigned; please hold your badge to the main reader once, then the side door opens.
zh:
T 门禁卡刷不开{floor}的门
D {day}开始刷卡红灯，正门可以，侧门不行。
T 门禁卡丢失
D {hour}发现门禁卡不见了，请先挂失，明天需要一张新卡。
Q 请告诉我卡背面的编号。
A {k}{m}。
N 上周更换读头，未下发权限组。
C 新读头未下发门禁权限组。
F 已下发权限，请先在大堂读头刷一次再刷侧门。

== aircon | facilities | facilities | 2 2 | 9 | 1-10 | vendor
tags: air-conditioning
en:
T {room} is boiling hot
D {m} people in training and the thermometer says 29 degrees. The control panel is dead.
T Water drips from the ceiling unit on {floor}
D It drips beside the desk row at the window, we moved the laptops and put a bucket there.
Q Does the panel show any code?
A It shows E4.
N E4 is the condensate pump. House technician called, order {order}.
C The condensate pump of the ceiling unit was blocked.
F Pump cleaned and the panel replaced by the house technician. 22 degrees this morning.
zh:
T {room}空调不制冷
D {m}个人在培训，温度29度，面板没有反应。
T {floor}空调漏水
D 靠窗一排工位上方滴水，已经把电脑挪开，先用桶接着。
Q 面板有没有显示代码？
A 显示E4。
N E4是排水泵故障，已叫物业，单号{order}。
C 空调排水泵堵塞。
F 物业已清理排水泵并更换面板，今早22度，正常。

== server-room-temp | facilities | facilities | 3 2 | 4 | 0.3-3 | monitoring vendor
tags: server-room, temperature
ci: ups-sz-01, rack-hh-01
zh:
T 【监控】深圳机房温度超过阈值
D 机房冷通道温度31.5度，持续{n}分钟，阈值27度。2号精密空调告警：压缩机高压。
N 已到现场，临时打开机房门并加风扇，温度回落到26度。
C 2号精密空调冷凝器积灰，高压保护停机。
F 清洗冷凝器后恢复运行，温度稳定在22度，已加入季度巡检。
en:
T [monitoring] Server room Hamburg above 30 degrees
D Cold aisle at 31 degrees for {n} minutes, threshold 27. Unit 2 reports high pressure.
N On site: door open, fan in place, 26 degrees and falling.
C The condenser was full of dust and the unit switched itself off.
F Condenser cleaned, 22 degrees since. Cleaning added to the quarterly inspection.
"""
