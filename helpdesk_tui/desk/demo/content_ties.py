"""Told tickets that hang together: joiners with a ticket for each hand, a matter reported twice (format: `content_stories`).

`parent:CODE` in the options hangs a ticket under one told before it; an `early` problem is told before what it causes.
Steps besides: `watch:WHO` (somebody follows), `attach:NAME` (a text file with these words). `@login` in a note is a
mention; `@DEMO_ME` the person at the keyboard.
"""

from typing import Final

SCRIPT: Final = """
== join-zh | request | staff_changes | joiner_leaver | 2 2 | zh | - | liang.qian | 1.4 | clock
T 新员工入职：供应链规划师 孟瑶（下周一到岗）
D 孟瑶，下周一到深圳总部入职，岗位供应链规划师，汇报给高翔。请准备账号、邮箱、电脑、门禁和ERP物流模块权限。
+6m wang.fang take |
+9m wang.fang checklist | 账号和邮箱; 笔记本电脑和显示器; 门禁卡; ERP物流模块权限; 首日安全培训
+11m wang.fang attach:入职单-孟瑶.txt | 姓名：孟瑶 // 部门：物流部 // 岗位：供应链规划师 // 工位：南山 12F-087 // 到岗：下周一 09:00 // 直属上级：高翔
+14m wang.fang reply | 您好，已拆成三张子单分别办理，全部完成后统一通知您。
+20m wang.fang watch:chen.xiao |
+22m wang.fang note | @DEMO_ME 周一早上请带她走一遍首日流程，@chen.xiao 已知悉。
+26m wang.fang done:0 |
+27m wang.fang time:15 | 资料核对，拆单

== join-zh-account | request | identity | access | 1 2 | zh | - | liang.qian | 1.37 | clock parent:join-zh
T 孟瑶：开通账号、邮箱和ERP物流模块权限
D 入职单见父单。ERP角色参照高翔团队现有规划师。
+8m wang.fang take |
+15m wang.fang checklist | 域账号; 邮箱和日历; ERP角色LG-PLAN; 加入物流部共享盘
+25m wang.fang done:0 |
+32m wang.fang done:1 |
+40m wang.fang state:awaiting_user | ERP角色需高翔确认。

== join-zh-laptop | request | workplace | hardware | 1 2 | zh | - | liang.qian | 1.36 | clock parent:join-zh
T 孟瑶：笔记本电脑、双显示器、扩展坞
D 标准办公配置，工位南山12F-087，请在周五下班前放好。
+30m qian.cheng take |
+3h qian.cheng note | 库存还有两台14寸，已预留LH-SZ-NB-1502。
+4h qian.cheng time:25 | 装机

== join-zh-door | request | facilities | facilities | 1 1 | zh | - | liang.qian | 1.35 | clock parent:join-zh
T 孟瑶：门禁卡（南山总部、12层）
D 照片已在人事系统。
+50m guan.xin take |
+5h guan.xin resolve | 门禁卡已制好，放前台。

== join-en | request | staff_changes | joiner_leaver | 2 2 | en | - | sommer.ingrid | 1.2 | clock
T New starter on Monday: Mara Lind, merchandiser, Hamburg
D Mara Lind starts on Monday at nine in Hamburg, team of Emily Carter. She needs an account, mail, a laptop and a key for the
  second floor.
+7m ana.ribeiro take |
+10m ana.ribeiro checklist | Account and mail; Laptop and dock; Key for the second floor; Welcome round with the team
+12m ana.ribeiro attach:starter-mara-lind.txt | Name: Mara Lind // Role: merchandiser // Desk: HH 2F-031 // First day: Monday 09:00 //
  Manager: Emily Carter
+15m ana.ribeiro reply | Hello Ingrid, everything is on its way: one ticket for the account, one for the laptop. You will see both here.
+18m ana.ribeiro watch:ben.fischer |
+19m ana.ribeiro note | @DEMO_ME please have an eye on this on Friday, I am away. @ben.fischer has the laptop.
+30m ana.ribeiro done:0 |
+31m ana.ribeiro time:10 | sorting

== join-en-account | request | identity | access | 1 2 | en | - | sommer.ingrid | 1.17 | clock parent:join-en
T Mara Lind: account, mail, shared folder Marketing Europe
D As in the parent ticket. Same rights as Lena Hoffmann, please.
+9m ana.ribeiro take |
+35m ana.ribeiro resolve | Account and mailbox are ready, the folder too. The first password is with Emily Carter.

== join-en-laptop | request | workplace | hardware | 1 2 | en | - | sommer.ingrid | 1.16 | clock parent:join-en
T Mara Lind: laptop with dock, English keyboard
D Standard build, desk 2F-031.
+25m lukas.meier take |
+26m lukas.meier reply | A 14 inch one is here; the English keyboard comes on Thursday.
+27m lukas.meier state:awaiting_vendor | Keyboard ordered.

== prb-wifi | problem | office_network | network | 2 2 | en | - | maik.lehmann | 6 | early
T Access points in Hamburg lose their stations after the firmware of the spring
D Several floors report short drops. All access points with firmware 8.4 are concerned, those with 8.2 are not.
C Firmware 8.4 answers a change of channel too late and throws all stations off.
+2h maik.lehmann take |
+1d maik.lehmann note | Proved on a spare unit: drops when the channel changes, never on 8.2.
+2d maik.lehmann state:root_cause_known | The maker confirms it.

== twice-a | incident | office_network | network | 2 2 | en | - | hoffmann.lena | 0.12 | clock channel:phone
T Wi-Fi in Hamburg, second floor, drops every few minutes
D Since this morning the Wi-Fi on the second floor drops every few minutes, near the kitchen it is worst. Cable works.
+8m ben.fischer link:caused_by:prb-wifi | The drops are those of the known firmware.
+9m ben.fischer note | Third caller from 2F. @maik.lehmann is there anything with the access point 2F-west?

== twice-b | incident | office_network | network | 2 2 | en | - | carter.emily | 0.09 | clock channel:phone
T Second floor Hamburg: Wi-Fi drops all the time
D Wi-Fi drops on the second floor near the kitchen every few minutes, we cannot hold a call. By cable it works.
+6m ben.fischer link:duplicates:twice-a | Sounds like the same access point; not merged yet, @DEMO_ME have a look (M).
+8m ben.fischer attach:wifi-2f.txt | 09:41 signal -52 dBm // 09:44 lost // 09:45 signal -51 dBm // 09:49 lost // 09:50 signal -53 dBm
"""
