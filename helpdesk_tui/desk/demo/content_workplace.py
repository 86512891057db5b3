"""Scenarios: printing, laptops, software on them."""

from typing import Final

SCRIPT: Final = """
== printer-hh-jam | printing | printing | 1 2 | 0 | 0.5-5 | -
tags: printer, paper-jam, hh-2f-03
ci: prn-hh-2f-03
en:
T Printer HH-2F-03 jams again
D Paper jam in tray 2 of HH-2F-03, third time this week. I pulled out a crumpled sheet but the light stays orange.
T HH-2F-03 paper jam with delivery notes
D We cannot print the delivery notes for the {hour} truck, HH-2F-03 takes two sheets at once and stops.
T 2nd floor Hamburg printer out of order
D HH-2F-03 says "Jam in fuser area" and will not go on. {n} jobs are waiting. Can it be replaced please, this is not funny any more.
T HH-2F-03: double feed, creased pages
D Every fifth page comes out creased and then it stops. Paper was changed on {day} to a new pack, no difference.
Q Is it always tray 2, and which paper is in it?
A Always tray 2, the normal 80 g. With tray 1 it goes through, but that one holds only fifty sheets.
N Rollers of tray 2 cleaned for the moment, they are worn smooth. Counter at 412,000 pages, service was due at 300,000.
N Same printer again. This needs the maintenance contract, not another cleaning.
C The pick-up rollers of tray 2 are worn out.
F Jam cleared and rollers cleaned, test print of 50 pages passed. Please use tray 1 for thick paper until the rollers are
  changed.
C Worn rollers pulled two sheets at once and blocked the fuser.
F Sheet removed from the fuser, tray 2 locked for the moment. The queue prints from tray 1.

== printer-queue | printing | printing | 1 2 | 18 | 0.3-3 | first
tags: printer, queue
ci: prn-sz-5f-01, prn-sz-3f-02, prn-sh-8f-01
zh:
T {floor}打印机不出纸，任务一直排队
D 打印机{ci}面板显示就绪，但是发送的文件都停在队列里，前面有一个{k}页的任务，急着打合同。
T 打印任务删不掉
D 我的任务一直显示“正在删除”，后面同事也打不了，打印机{ci}。
Q 队列里最早的任务是谁的？方便截个图吗？
A 是培训部的，一个{k}MB的PPT。
N 打印服务器后台服务卡死，清空spool目录后重启服务。
C 一个超大任务卡死打印队列。
F 已清除卡住的任务并重启打印服务，请重新打印，合同已优先输出。
en:
T Print jobs stay in the queue of {ci}
D The display says ready, nothing comes out. My job is number {n} in the queue, I need it for a meeting at {hour}.
T Cannot delete print job
D One document says "deleting" for half an hour and blocks everyone on {floor}.
Q Whose is the first job in the queue?
A It belongs to training, {k} pages of slides.
N Spooler hung on a damaged job. Cleared and restarted.
C A damaged job blocked the print queue.
F The damaged job is gone and the queue runs. Please send your document once more.

== label-printer | printing | printing | 2 2 | 11 | 0.5-5 | -
tags: label-printer, store
ci: lbl-wh-sz-01, lbl-store-nanshan
zh:
T {store}价签打印错位
D 价签打印机打出来偏移半格，条码扫不出来，今天有{k}个促销价签要换，顾客结账时价格对不上。
T 仓库标签打印机打出来是空白
D 换了一卷标签纸之后打出来全是空白，发货单贴不了，{hour}的车要走。
Q 标签纸是哪种规格？换纸之后有没有做过校准？
A 是40×30的新批次，没有做过校准。
N 新批次标签纸间隙是3mm，原来是2mm，需要重新校准传感器。
C 新批次标签纸间隙与打印机设置不一致。
F 已远程指导完成校准，并把模板间隙改为3mm，打印{m}张核对无误。
en:
T Label printer {ci} prints half a label off
D Barcodes are cut and the tills cannot read them. {k} labels to do before the shop opens tomorrow.
Q Was a new roll put in recently?
A Yes, on {day}, another brand.
N New rolls have a gap of 3 mm instead of 2 mm.
C The gap of the new label rolls did not match the printer's setting.
F Printer calibrated and the template set to 3 mm; {m} labels checked with the scanner.

== scan-to-mail | printing | printing | 1 1 | 9 | 0.5-6 | -
tags: scanner
ci: prn-hh-2f-03, prn-sz-5f-01, prn-sh-8f-01
en:
T Scan to mail does not arrive
D I scanned {n} contracts on {ci}, the display says sent, but nothing comes in. Junk folder is empty too.
Q Did you scan all of them in one go? How many pages?
A Yes, {m} pages, in colour.
N 41 MB, the mail gateway refuses above 25 MB and the printer does not show the bounce.
C The scan was larger than the mail gateway accepts.
F I set {ci} to 200 dpi greyscale and to split at 20 MB. Please scan again; the old scan is in your inbox by link.
zh:
T 扫描到邮箱收不到
D 在{ci}上扫描{m}页合同，显示发送成功，邮箱里没有，垃圾箱也没有。
Q 是一次性扫描的吗？彩色还是黑白？
A 一次扫的，彩色。
N 附件41MB，超过邮件网关25MB限制。
C 扫描件超过邮件附件大小限制。
F 已把默认分辨率改为200dpi灰度并自动拆分，请重新扫描。

== laptop-slow | workplace | hardware | 1 2 | 34 | 1-12 | -
tags: laptop, performance
en:
T Laptop unbearably slow after the update
D Since the update on {day} {host} needs {m} minutes until I can work. The fan runs all the time. Everyone else in {dept} is fine.
T Everything hangs while the virus scanner runs
D Every day around {hour} my computer {host} freezes for a quarter of an hour, the scanner takes all of the processor.
T Laptop {host} gets hot and slow
D It is so hot that I cannot keep it on my knees, and typing in mail lags by several seconds.
Q Could you leave the laptop on over lunch so that I can look at it remotely?
A Yes, it is on the desk and locked, you may go ahead from 12:00.
N Indexing service rebuilds again and again, 180,000 files in a synchronised folder.
N SMART shows 14 reallocated sectors, disk is on its way out. Ordering a new one.
C The search index was damaged by the update and rebuilt itself without end.
F I reset the index and moved the scanner's run to the lunch break. Boot takes 38 seconds now.
C The disk was failing.
F The disk was replaced and your data copied over. Please tell me if a programme is missing.
zh:
T 电脑更新之后非常卡
D {day}更新之后，电脑{host}开机要{m}分钟，打开表格经常无响应，风扇一直响。
T 每天{hour}左右电脑卡死
D 每天这个时间鼠标都动不了，大概十几分钟，应该是杀毒软件在扫描，影响对账。
T 笔记本发热严重而且卡
D 电脑{host}外壳烫手，输入法要等几秒才出字，{dept}其他人没有这个问题。
Q 午休时能否保持开机？我远程看一下。
A 可以，已锁屏放在工位上，12点以后都行。
N 同步目录下18万个小文件，索引反复重建。
N 硬盘有14个重映射扇区，建议直接换盘。
C 更新损坏了搜索索引，后台不断重建。
F 已重置索引并把全盘扫描改到午休时间，开机时间38秒，请再观察。
C 硬盘出现坏道。
F 已更换固态硬盘并迁移全部数据，常用软件均已恢复。

== bluescreen-dock | workplace | hardware | 1 3 | 15 | 2-16 | -
tags: laptop, docking, driver
en:
T Blue screen when I plug in the docking station
D Three times today {host} crashed with {code} the moment I docked. I lost the offer I was writing.
T Laptop restarts by itself on the dock
D Without the dock it runs for hours. On the dock in {room} it restarts at least {n} times a day.
Q Is it the dock of your own desk, and does another dock do the same?
A It happens with two different docks, so it must be the laptop.
N Minidump points to the display driver 31.0. Known with this dock firmware.
C The display driver did not get along with the firmware of the docking station.
F Driver rolled back to the released one and dock firmware updated. Docked and undocked ten times without a crash.
zh:
T 接坞站就蓝屏
D 今天电脑{host}接上坞站三次都蓝屏，代码{code}，写了一半的方案没了。
T 开会投屏时笔记本自动重启
D 在{room}接投影就重启，今天已经{n}次，不接就没事。
Q 换一个坞站会不会也这样？
A 换了两个都一样，应该是电脑的问题。
N 转储指向显卡驱动，与坞站固件版本不兼容。
C 显卡驱动与坞站固件不兼容。
F 已回退显卡驱动并升级坞站固件，反复插拔十次未再蓝屏。

== bitlocker-key | workplace | hardware | 1 3 | 12 | 0.2-1.5 | first code:advice
tags: encryption, recovery-key
en:
T Laptop asks for a recovery key
D After the restart {host} shows a blue page and wants a 48-digit key. I am at a customer and have a presentation at {hour}.
T Encryption recovery screen on {host}
D I only changed the boot order for a USB stick. Now it wants the recovery key.
Q For the key I must be sure it is you: please call me back from your mobile number in the directory.
A Calling you now.
N Identity checked by call-back, key read out by phone. Key rotated afterwards.
C The firmware change made the disk encryption ask for its recovery key.
F Recovery key given by phone after a call-back; a new key was stored. The laptop starts normally.
zh:
T 电脑开机要求输入恢复密钥
D 电脑{host}重启后蓝色界面要48位密钥，我现在在客户现场，{hour}要演示。
Q 为核实身份，请用通讯录登记的手机号回拨服务台。
A 好的，我现在打过来。
N 已回拨核实身份，电话告知密钥，随后轮换密钥。
C 固件更新触发磁盘加密恢复。
F 核实身份后已提供恢复密钥，系统正常启动，并已生成新的密钥。

== broken-screen | workplace | hardware | 1 2 | 13 | 4-40 | vendor code:replaced
tags: laptop, repair
en:
T Laptop screen cracked
D My bag fell off the train seat. The right third of the screen of {host} is black. With a monitor it works.
T Battery of {host} is swollen
D The touchpad stands up and the case no longer closes. I stopped using it, it scares me a little.
Q Can you bring it to the counter in {site}? You get a spare one for the time being.
A I can come by at {hour}.
N Spare laptop handed out, order {order} with the maintenance partner.
C Damage from a fall or age, no fault of the software.
F Repaired by the maintenance partner and handed back; the spare was returned and wiped.
zh:
T 笔记本屏幕碎了
D 电脑{host}从桌上摔下来，屏幕右边全黑，外接显示器可以用。
T 笔记本电池鼓包
D 电脑{host}触摸板顶起来了，合不上盖，担心有危险，已经关机。
Q 请送到{site}服务台，先借您一台备用机。
A 我{hour}过去。
N 已借出备用机，维保单号{order}。
C 外力或老化导致的硬件损坏。
F 维保已更换部件，机器已归还，备用机已收回并清除数据。

== app-install-fail | workplace | software | 1 1 | 15 | 0.5-8 | first
tags: software
en:
T Software centre: installation fails with {code}
D I want to install the drawing tool from the software centre on {host}. It goes to 80 % and then {code}.
T Spreadsheet add-in disappears after restart
D The finance add-in is gone every morning, I have to switch it on again. {n} people in {dept} have this.
Q How much space is free on drive C?
A {n} GB, I see it is red.
N Download cache filled the drive. Removed 31 GB of old packages.
C There was too little space on the system drive for the installation.
F Space cleared and the programme installed. The cache limits itself from now on.
zh:
T 软件中心安装失败，报错{code}
D 在软件中心安装制图工具，到80%就失败，报错{code}，电脑{host}。
T 表格插件每天都要重新启用
D 财务插件每天早上都没了，要手工启用，{dept}有{n}个人都这样。
Q 请看一下C盘剩余空间。
A 只剩{n}GB，已经变红了。
N 安装缓存占满系统盘，清理31GB。
C 系统盘空间不足导致安装失败。
F 已清理缓存并完成安装，缓存上限已调整。

== monitor-dark | workplace | hardware | 1 1 | 12 | 0.3-5 | first code:replaced
tags: monitor
en:
T Second monitor stays black
D The left one of my two monitors is not found any more, desk {k} on {floor}. Cable is in.
T Monitor flickers
D Flickers every few seconds, I get a headache from it. Desk {k}.
Q Please swap the two cables: does the fault move with the cable?
A Yes, now the other one is black.
N Cable broken at the plug, brought a new one.
C The monitor cable was damaged.
F New cable brought to desk {k}, both monitors run.
zh:
T 外接显示器不亮
D {floor}工位{k}左边的显示器突然不亮，线都插着。
T 显示器一直闪
D 显示器隔几秒闪一下，看久了头疼，工位{k}。
Q 请把两根线对调，看问题是否跟着线走？
A 对调之后另一台不亮了。
N 视频线接头损坏，已带新线过去。
C 视频线损坏。
F 已在工位{k}更换视频线，两台显示器正常。
"""
