"""Scenarios: VPN, networks, branch lines, telephony."""

from typing import Final

SCRIPT: Final = """
== vpn-monday | vpn | network | 2 2 | 0 | 0.4-3 | -
tags: vpn, certificate, monday
ci: vpn-gw-sz-01, vpn-gw-hh-01
en:
T VPN drops every ten minutes since this morning
D Since I started work at {hour} the VPN disconnects about every ten minutes and I have to sign in again each time. It was
  the same last Monday, by the afternoon it was fine. I am at home in {site}, laptop {host}.
T Cannot stay connected to VPN (Monday again)
D The client says "Gateway certificate could not be verified" and throws me out. After {n} attempts I get in for a few
  minutes. {n} colleagues in {dept} see the same. Why is it always Monday?
T VPN certificate warning, then disconnect
D I get a certificate warning on {ci} and if I accept it the tunnel dies shortly after. On Friday everything worked.
Q Which gateway does the client show at the bottom of its window, and does it happen with the other one too?
A It shows {ci}. I switched to the other one and it has held for {m} minutes now.
N Third Monday in a row. The gateway certificate is rotated on Sunday night and one node keeps serving the old chain.
N Node B of {ci} still presents the old intermediate. Restarted the TLS worker there, connections hold again.
C After the weekly certificate rotation one gateway node kept the old certificate chain in memory.
F The TLS worker on {ci} was restarted so that both nodes present the new certificate. Please connect once more; no
  change on your laptop is needed.
zh:
T 周一早上VPN又频繁断开
D 早上{hour}开始远程办公，VPN大概十分钟断一次，每次都要重新输验证码。上周一也是这样，下午就好了。我在{site}，
  电脑编号{host}。
T VPN提示网关证书无法验证
D 连接{ci}时提示“网关证书无法验证”，点继续后几分钟就掉线。{dept}有{n}位同事情况一样，麻烦尽快处理，上午要跑报表。
T VPN连不上，周五还是好的
D 周五下班前一直正常，今天一上班就连不上，重启电脑、换手机热点都试过，还是提示证书错误。
Q 请看一下客户端底部显示的是哪台网关？切换到另一台是否还会断？
A 显示的是{ci}，换到另外一台之后到现在{m}分钟没断过。
N 已经连续几个周一出现，周日夜里轮换证书之后，有一个节点还在用旧证书链。
N 抓包确认B节点返回的是旧的中间证书，已重启该节点TLS进程，目前稳定。
C 每周证书轮换后，网关其中一个节点未重新加载证书链。
F 已在{ci}上重启TLS进程，两个节点均使用新证书。请重新连接一次，电脑端无需任何操作。

== vpn-home-mtu | vpn | network | 1 2 | 22 | 0.5-6 | first
tags: vpn, home-office
ci: vpn-gw-sz-01, vpn-gw-hh-01
en:
T VPN connects but shared drives never open
D From home the VPN connects fine and mail works, but opening \\\\files\\{dept} just hangs. In the office it is fast. I have
  a new router from my provider since {day}.
T Remote desktop over VPN freezes with large windows
D Small windows are fine; as soon as I maximise the ERP client over VPN the picture freezes for half a minute.
Q Could you tell me the model of your home router and whether a phone hotspot behaves the same?
A It is the provider's box, a rented one. With the phone hotspot the drive opens at once.
N Ping with 1,400 bytes unfragmented fails, 1,300 passes. Classic MTU on the provider line.
C The home line cannot carry full-size packets and drops the fragments of the tunnel.
F I lowered the tunnel's packet size for your profile to 1,300 bytes. Please disconnect and connect once; the drives
  should open right away.
zh:
T VPN能连上但是共享盘打不开
D 在家连VPN，邮件正常，但是打开部门共享盘一直转圈，公司里没有问题。{day}刚换了新的光猫。
T VPN下打开ERP特别慢
D 连上VPN之后ERP登录界面要等{n}分钟，同事在家没有这个问题。
Q 方便用手机热点试一下吗？另外请告知宽带运营商和路由器型号。
A 用手机热点就正常了，家里是运营商送的路由器。
N 1400字节不分片ping不通，1300可以，典型的MTU问题。
C 家庭宽带线路MTU偏小，隧道分片报文被丢弃。
F 已将您账号的隧道报文长度下调为1300，请断开重连一次即可。

== wifi-meeting | office_network | network | 2 1 | 24 | 1-10 | -
tags: wifi
ci: ap-sz-5f-02, ap-sh-8f-01, ap-hh-2f-01
en:
T Wi-Fi in meeting room {room} keeps dropping
D During our call with {n} people the wireless in {room} dropped three times, the wired phone stayed up. It happens mostly
  in the morning when the room is full.
T No Wi-Fi on floor {floor}
D All of us at the window side of {floor} in {site} lost LH-Office at {hour}. LH-Guest is still visible.
Q Is it only the laptops or also phones, and does it come back by itself?
A Phones too. It comes back after two or three minutes and then goes again.
N {ci} has 61 clients on one radio and its neighbour only 4. Client steering was off after the last firmware.
N Walked the floor with the analyser: a microwave in the tea kitchen takes channel 6 down at lunch time.
C Client steering was disabled by the last firmware update, so that one access point carried the whole floor.
F Steering is on again and the channel plan was rebuilt. I watched it through two meetings: at most 22 clients per radio.
zh:
T {room}会议室无线网络经常掉线
D 今天{hour}开视频会议，{n}个人的电脑先后掉线三次，座机没问题。人多的时候特别明显。
T {floor}办公区连不上LH-Office
D {site}{floor}靠窗一排从{hour}开始都连不上LH-Office，访客网络可以看到。
Q 请问手机是否也一样？掉线之后会自动恢复吗？
A 手机也一样，过两三分钟自己会好，然后又断。
N {ci}单个射频挂了61个终端，旁边的AP只有4个，上次升级固件后负载均衡被关闭。
C 固件升级后AP负载均衡被关闭，终端集中在同一个AP上。
F 已重新开启负载均衡并调整信道，观察了两场会议，每个射频不超过22个终端，现已稳定。

== branch-line | office_network | network | 2 2 | 9 | 0.5-5 | monitoring vendor
tags: branch, line
ci: rtr-store-nanshan, rtr-store-xuhui, rtr-store-altona
zh:
T 【监控】{store}专线中断
D 监控告警：{ci} 自{hour}起无法ping通，丢包率100%，已自动切换4G备份链路，备份链路延迟{k}ms。受影响：收银、库存同步。
T {store}网络断了，收银只能走4G
D 店里网络{hour}断了，光猫红灯闪，收银走备份很慢，排队的顾客已经有十几位，请马上处理。
Q 请店员确认光猫电源和光纤接头是否松动，并拍一张指示灯照片。
A 已经拔插过，LOS灯还是红的，照片发群里了。
N 已向运营商报障，工单号{order}，答复四小时内上门。
C 运营商施工挖断接入光缆。
F 运营商已熔接光缆，专线于今日恢复，切回主链路后延迟8ms，收银与库存同步正常。
en:
T [monitoring] {ci} unreachable, store on backup line
D Ping loss 100 % since {hour}. Store {store} runs over LTE, round trip {k} ms. Affected: tills, stock synchronisation.
Q Could somebody in the store check the light on the fibre box and take a picture?
A The light is red and blinking. We unplugged it for a minute, no change.
N Ticket {order} opened with the carrier, technician announced for this afternoon.
C The carrier's fibre was cut by road works.
F The carrier has spliced the fibre. The store is back on its line at 8 ms, tills and stock are in step.

== dns-internal | office_network | network | 2 1 | 8 | 0.5-4 | -
tags: dns
ci: dns-sz-01, dns-hh-01
en:
T intranet.lanhai.example does not resolve
D Browser says the server was not found. The address with numbers works. Started at {hour}, {n} of us on {floor} have it.
T Internal names resolve only sometimes
D About every third lookup of internal names fails, e.g. erp.lanhai.example. Public sites are fine.
Q What does the command "nslookup erp.lanhai.example" print, please?
A It says server {ip}, request timed out, the second time it answers.
N {ci} answers, but its zone is from three days ago: transfer refused after the key change.
C The secondary name server refused zone transfers after a key change and served an expired zone.
F The transfer key on {ci} was corrected and the zone is current. Please close and reopen the browser.

== dhcp-guest | office_network | network | 1 2 | 6 | 0.5-4 | -
tags: wifi, guest
ci: ap-hh-2f-01, fw-hh-01
en:
T Visitors get no address in guest Wi-Fi
D We have {m} visitors for the supplier day and about half of them cannot get on LH-Guest; the phone says "no IP address".
T Guest network full in {site}
D The training on {floor} needs guest Wi-Fi for {m} people, from number thirty on nobody gets in.
N Pool of 64 addresses with a lease of 8 days. Full since Tuesday.
C The guest address pool was exhausted because leases lasted eight days.
F Pool enlarged to 512 addresses and the lease cut to four hours. Visitors can connect right away.

== slow-intersite | office_network | network | 2 1 | 8 | 4-24 | -
tags: wan
ci: fw-hh-01, rtr-core-sz-01
en:
T Copying files from Hamburg to Shenzhen takes hours
D A folder of {k} MB with product pictures took more than three hours today, normally it is {m} minutes. Small mails are fine.
T ERP from Hamburg very slow in the morning
D Between 8 and 10 every mask of the ERP takes {n} to {m} seconds. In the afternoon it is good again.
Q Did the copy run from the file server or from your laptop? And roughly at what time?
A From the file server, around {hour}.
N Line is at 97 % from 08:00 to 10:00: the backup copy to Shenzhen is still running from the night.
C The nightly backup copy ran into office hours and filled the line between the sites.
F The copy is limited to 30 % of the line from 07:00 on. Measured again: {m} MB/s for your folder.
zh:
T 深圳访问汉堡文件服务器非常慢
D 打开汉堡共享盘里的合同要等{n}分钟，下午三点以后特别明显，影响法务盖章。
N 汉堡备份拷贝在跑，专线占用97%。
C 汉堡夜间备份任务拖到上班时间，占满专线带宽。
F 已对备份任务限速，并把开始时间提前两小时，现在打开文件正常。

== desk-port | office_network | network | 1 1 | 14 | 0.5-6 | first
tags: cabling
en:
T Network socket at my new desk is dead
D I moved to {floor}, desk {k}. The docking station gets no network there, the colleague next to me has no problem.
T Docking station without network after moving desks
D Since the move on {day} only Wi-Fi works on my desk. Laptop {host}.
Q What is printed on the socket, something like 2F-117-A?
A It says {floor}-{k}-B.
N Port was never patched after the move. Patched to sw-{floor}, VLAN office.
C The wall socket was not patched to the switch.
F Socket {floor}-{k}-B is patched now and the docking station has a gigabit link.
zh:
T 新工位网口不通
D 搬到{floor}新工位，网口插上没有反应，旁边同事正常，电脑编号{host}。
T 换座位后坞站没有有线网络
D {day}换座位之后只能用无线，传大文件太慢，麻烦看看墙上的网口。
Q 请告诉我面板上的编号，例如5F-117-A。
A 面板上写的是{floor}-{k}-B。
N 搬迁后未跳线，已跳到接入交换机办公VLAN。
C 墙面信息点未跳线。
F 信息点{floor}-{k}-B已跳线开通，千兆链路正常。

== softphone-silent | telephony | telephony | 1 2 | 20 | 0.3-4 | first
tags: softphone, headset
en:
T Callers cannot hear me on the softphone
D Since the update on {day} people hear nothing when I pick up, I hear them well. Headset is the standard one. Extension {k}.
T Softphone does not ring
D Calls go straight to voicemail although I am shown as available. Extension {k}, laptop {host}.
Q Which microphone is selected under Settings > Audio in the softphone?
A It had jumped to the monitor's microphone. I did not know a monitor has one.
N Update resets the audio device to the system default. Fourth one this week.
C The client update reset the audio device to the monitor's microphone.
F I set the headset as fixed device and we made a test call together. It stays through restarts now.
zh:
T 软电话对方听不到我说话
D {day}升级之后接电话对方都说没声音，我能听到对方，分机{k}，耳机是公司统一发的。
T 分机{k}不响铃直接进语音信箱
D 状态是空闲，但同事打过来直接进语音信箱，已经漏接{n}个供应商电话。
Q 请打开软电话 设置-音频，看看麦克风选的是哪个设备？
A 选成显示器的麦克风了，我改成耳机就好了。
N 客户端升级后音频设备被重置，本周已有几例。
C 客户端升级把音频设备重置为显示器麦克风。
F 已将耳机设为固定设备，并与您通话测试正常，重启后不会再变。

== hotline-queue | telephony | telephony | 3 2 | 7 | 0.5-4 | -
tags: hotline, call-centre
ci: pbx-sz-01
zh:
T 客服热线排队进不来
D 从{hour}开始客服热线进线量掉到个位数，平时这个点有{m}通，怀疑排队组有问题，顾客在微博上已经有投诉。
T 热线转人工后自动挂断
D 顾客按0转人工之后听一段音乐就断线，{n}位坐席都空闲着。
Q 是全部号码都这样，还是只有400号码？
A 只有400的号码，直线打进来是好的。
N 昨晚的假期语音没有撤下，时间条件还指向“休息”。
C 节假日时间条件未恢复，来电被导向休息语音。
F 已恢复工作时间路由，并实际拨测三次，均可正常转到坐席。
en:
T Store hotline: callers are cut off after the greeting
D Customers of the Hamburg stores tell us that the hotline plays the greeting and hangs up. Started at {hour}.
Q Does it also happen from a mobile phone?
A Yes, I tried with mine: greeting, then silence, then cut.
N Time condition still points to the holiday announcement.
C The holiday time condition of the hotline was never taken back.
F The hotline is back on office hours. Three test calls were answered by an agent.
"""
