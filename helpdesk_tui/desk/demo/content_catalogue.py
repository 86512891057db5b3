"""Teams, services, configuration items, saved views and reply templates of the demo desk."""

from typing import Final

from helpdesk_tui.desk.demo.models import (
    DEMO_ME,
    DemoCi,
    DemoRelation,
    DemoService,
    DemoTeam,
    DemoTemplate,
    DemoView,
)

# Codes are those of the default policy.
TEAMS: Final = (
    DemoTeam(
        "service_desk",
        "Service desk",
        "manual",
        "chen.xiao",
        (
            "chen.xiao",
            DEMO_ME,
            "wang.fang",
            "zhao.peng",
            "ana.ribeiro",
            "ben.fischer",
            "ye.qing",
            "he.xiaolan",
            "hanna.becker",
        ),
    ),
    DemoTeam(
        "workplace",
        "Workplace and onsite",
        "least_loaded",
        "yang.fan",
        ("yang.fan", "qian.cheng", "gu.pan", "lukas.meier", "nele.harms"),
    ),
    DemoTeam(
        "network",
        "Network and telephony",
        "round_robin",
        "wu.hao",
        ("wu.hao", "shi.lei", "bai.xue", "maik.lehmann", "nele.harms"),
    ),
    DemoTeam(
        "infrastructure",
        "Infrastructure",
        "least_loaded",
        "chen.gang",
        ("chen.gang", "bo.lindqvist", "xia.yu", "fang.yuan", "carla.neumann"),
    ),
    DemoTeam(
        "applications",
        "Business applications",
        "last_handler",
        "li.mingzhe",
        ("li.mingzhe", "zhou.qing", "ren.yuan", "wei.lai", "sven.olsen", "julia.weber"),
    ),
    DemoTeam("security", "Information security", "manual", "kang.ning", ("kang.ning", "qin.lan", "farid.rahimi")),
    DemoTeam("facilities", "Facilities and purchasing", "manual", "guan.xin", ("guan.xin", "gero.matthies")),
)

# The default policy's services, and the one this company lives on: payments.
SERVICES: Final = (
    DemoService("payments", "Payments and tills 支付与收银", 4, "applications"),
    DemoService("identity", "Accounts and sign-in", 4, "service_desk"),
    DemoService("workplace", "Workplace computers", 2, "workplace"),
    DemoService("email", "E-mail and calendar", 3, "service_desk"),
    DemoService("collaboration", "Chat and meetings", 3, "service_desk"),
    DemoService("office_network", "Office network and Wi-Fi", 4, "network"),
    DemoService("vpn", "Remote access (VPN)", 3, "network"),
    DemoService("telephony", "Telephony", 2, "network"),
    DemoService("printing", "Printing", 1, "workplace"),
    DemoService("file_storage", "File storage", 3, "infrastructure"),
    DemoService("backup", "Backup and restore", 3, "infrastructure"),
    DemoService("hosting", "Servers and databases", 4, "infrastructure"),
    DemoService("erp", "ERP and finance", 4, "applications"),
    DemoService("crm", "Customer management (CRM)", 3, "applications"),
    DemoService("hr_system", "HR system", 3, "applications"),
    DemoService("project_tools", "Development and project tools", 3, "applications"),
    DemoService("reporting", "Reporting", 2, "applications"),
    DemoService("website", "Websites and portal", 3, "applications"),
    DemoService("security_operations", "Information security", 4, "security"),
    DemoService("purchasing", "Purchasing and assets", 1, "facilities"),
    DemoService("staff_changes", "Joiners, movers and leavers", 2, "service_desk"),
    DemoService("facilities", "Buildings and facilities", 1, "facilities"),
)

# name | class | service | owner | facts | depends on
_CIS: Final = """
fw-sz-01 | firewall | office_network | wu.hao | site=Shenzhen |
fw-hh-01 | firewall | office_network | maik.lehmann | site=Hamburg |
fw-sh-01 | firewall | office_network | bai.xue | site=Shanghai |
rtr-core-sz-01 | router | office_network | wu.hao | site=Shenzhen | fw-sz-01
rtr-core-hh-01 | router | office_network | maik.lehmann | site=Hamburg | fw-hh-01
sw-sz-5f-01 | switch | office_network | shi.lei | site=Shenzhen, floor=5F | rtr-core-sz-01
sw-sh-8f-01 | switch | office_network | bai.xue | site=Shanghai, floor=8F | fw-sh-01
sw-hh-2f-01 | switch | office_network | maik.lehmann | site=Hamburg, floor=2F | rtr-core-hh-01
ap-sz-5f-02 | access_point | office_network | shi.lei | site=Shenzhen, floor=5F | sw-sz-5f-01
ap-sh-8f-01 | access_point | office_network | bai.xue | site=Shanghai, floor=8F | sw-sh-8f-01
ap-hh-2f-01 | access_point | office_network | maik.lehmann | site=Hamburg, floor=2F | sw-hh-2f-01
dns-sz-01 | server | office_network | shi.lei | site=Shenzhen | rtr-core-sz-01
dns-hh-01 | server | office_network | maik.lehmann | site=Hamburg | rtr-core-hh-01
rtr-store-nanshan | router | office_network | shi.lei | store=Nanshan, line=fibre | fw-sz-01
rtr-store-xuhui | router | office_network | bai.xue | store=Xuhui, line=fibre | fw-sh-01
rtr-store-altona | router | office_network | maik.lehmann | store=Altona, line=fibre | fw-hh-01
vpn-gw-sz-01 | gateway | vpn | wu.hao | site=Shenzhen, nodes=2 | fw-sz-01, idp-01
vpn-gw-hh-01 | gateway | vpn | maik.lehmann | site=Hamburg, nodes=2 | fw-hh-01, idp-02
pbx-sz-01 | telephone_system | telephony | bai.xue | site=Shenzhen | rtr-core-sz-01
pbx-hh-01 | telephone_system | telephony | nele.harms | site=Hamburg | rtr-core-hh-01
idp-01 | server | identity | qin.lan | site=Shenzhen | vmh-sz-01
idp-02 | server | identity | farid.rahimi | site=Hamburg | vmh-hh-01
mail-sz-01 | server | email | fang.yuan | site=Shenzhen | vmh-sz-01, nas-sz-01
mail-gw-01 | server | email | carla.neumann | site=Hamburg | fw-hh-01
room-sz-5f-a | room_system | collaboration | gu.pan | site=Shenzhen, floor=5F | sw-sz-5f-01
room-sh-8f-b | room_system | collaboration | gu.pan | site=Shanghai, floor=8F | sw-sh-8f-01
room-hh-2f-a | room_system | collaboration | nele.harms | site=Hamburg, floor=2F | sw-hh-2f-01
prn-hh-2f-03 | printer | printing | lukas.meier | site=Hamburg, floor=2F, pages=412000 | sw-hh-2f-01
prn-sz-5f-01 | printer | printing | yang.fan | site=Shenzhen, floor=5F | sw-sz-5f-01
prn-sz-3f-02 | printer | printing | yang.fan | site=Shenzhen, floor=3F | rtr-core-sz-01
prn-sh-8f-01 | printer | printing | gu.pan | site=Shanghai, floor=8F | sw-sh-8f-01
lbl-wh-sz-01 | label_printer | printing | qian.cheng | site=Shenzhen warehouse | rtr-core-sz-01
lbl-store-nanshan | label_printer | printing | qian.cheng | store=Nanshan | rtr-store-nanshan
nas-sz-01 | storage | file_storage | fang.yuan | site=Shenzhen, size=80 TB | rtr-core-sz-01
nas-sh-01 | storage | file_storage | fang.yuan | site=Shanghai, size=20 TB | fw-sh-01
nas-hh-01 | storage | file_storage | carla.neumann | site=Hamburg, size=40 TB | rtr-core-hh-01
bkp-sz-01 | server | backup | chen.gang | site=Shenzhen | nas-sz-01
bkp-hh-01 | server | backup | bo.lindqvist | site=Hamburg | nas-hh-01
vmh-sz-01 | hypervisor | hosting | chen.gang | site=Shenzhen, memory=1 TB | rack-sz-01, ups-sz-01
vmh-sz-02 | hypervisor | hosting | chen.gang | site=Shenzhen, memory=1 TB | rack-sz-01, ups-sz-01
vmh-hh-01 | hypervisor | hosting | bo.lindqvist | site=Hamburg, memory=512 GB | rack-hh-01
rack-sz-01 | rack | facilities | chen.gang | site=Shenzhen |
rack-hh-01 | rack | facilities | bo.lindqvist | site=Hamburg |
ups-sz-01 | ups | facilities | chen.gang | site=Shenzhen, runtime=22 min |
door-sz-lobby | door_reader | facilities | guan.xin | site=Shenzhen |
door-hh-main | door_reader | facilities | gero.matthies | site=Hamburg |
pay-db-01 | database | payments | xia.yu | role=primary, engine=PostgreSQL | vmh-sz-01, nas-sz-01
pay-db-02 | database | payments | xia.yu | role=replica, engine=PostgreSQL | vmh-hh-01, pay-db-01
pay-api-01 | server | payments | zhou.qing | site=Shenzhen | pay-db-01, idp-01
pay-api-02 | server | payments | sven.olsen | site=Hamburg | pay-db-01, idp-02
pay-batch-01 | server | payments | zhou.qing | job=settlement 02:00 | pay-db-01
pay-sftp-01 | server | payments | sven.olsen | site=Hamburg | pay-batch-01
pos-nanshan-01 | till | payments | zhou.qing | store=Nanshan | rtr-store-nanshan, pay-api-01
pos-nanshan-02 | till | payments | zhou.qing | store=Nanshan | rtr-store-nanshan, pay-api-01
pos-xuhui-01 | till | payments | zhou.qing | store=Xuhui | rtr-store-xuhui, pay-api-01
pos-altona-01 | till | payments | sven.olsen | store=Altona | rtr-store-altona, pay-api-02
erp-db-01 | database | erp | xia.yu | role=primary | vmh-sz-02
erp-db-02 | database | erp | xia.yu | role=replica | vmh-hh-01, erp-db-01
erp-app-01 | server | erp | ren.yuan | site=Shenzhen | erp-db-01, idp-01
mq-sz-01 | server | erp | ren.yuan | role=message queue | vmh-sz-02
hr-app-01 | server | hr_system | julia.weber | site=Hamburg | vmh-hh-01
crm-01 | server | crm | wei.lai | site=Shanghai | vmh-sz-02
bi-01 | server | reporting | ren.yuan | site=Shenzhen | erp-db-02, pay-db-02
git-01 | server | project_tools | wei.lai | site=Shenzhen | vmh-sz-02
web-fe-01 | server | website | wei.lai | site=Shenzhen | pay-api-01, mq-sz-01
web-fe-02 | server | website | wei.lai | site=Hamburg | pay-api-02, mq-sz-01
"""

VIEWS: Final = (
    DemoView("demo-payments", "Payments", "service:payments is:open sort:-priority,due", 10),
    DemoView(
        "demo-customers",
        "Customers 客户",
        'organisation:"Morgenrot Kaffee GmbH","Elbkontor Buchhandel","Fjordland Outdoor AB",'
        '"Bruckner & Sohn Optik",南山茶铺,云上鲜果,锦绣服饰 is:open sort:due',
        20,
    ),
    DemoView("demo-chinese", "中文工单", "language:zh is:open sort:-priority,due", 30),
    DemoView("demo-due-soon", "Due in 4 h", "is:open due:<4h sort:due", 40),
    DemoView("demo-major", "Major incidents", "is:major sort:-created", 50),
    DemoView("demo-problems", "Problems", "kind:problem is:open sort:created", 60),
    DemoView("demo-changes", "Changes ahead", "kind:change state:approval,scheduled,implementation sort:created", 70),
    DemoView("demo-vpn-mondays", "VPN drops", "tag:vpn kind:incident created:<30d sort:-created", 80),
)

TEMPLATES: Final = (
    DemoTemplate(
        "received",
        "Received",
        "en",
        "Dear {{requester.name}},\n\nthank you for your message. We have recorded it as {{ticket.ref}} and {{agent.name}} takes care of"
        " it.\n\nKind regards\n{{team}}",
    ),
    DemoTemplate(
        "received-zh",
        "已受理",
        "zh",
        "{{requester.name}}您好：\n\n您的请求已登记，编号{{ticket.ref}}，由{{agent.name}}负责处理，有进展会第一时间告诉您。\n\n{{team}}",
    ),
    DemoTemplate(
        "need-info",
        "Need more details",
        "en",
        "Dear {{requester.name}},\n\nto go on with {{ticket.ref}} we need a little more: since when does it happen, what does the message"
        " say word by word, and are colleagues affected too?\n\nKind regards\n{{agent.name}}",
    ),
    DemoTemplate(
        "need-info-zh",
        "请补充信息",
        "zh",
        "{{requester.name}}您好：\n\n为继续处理{{ticket.ref}}，请补充：从什么时候开始、完整的报错内容、其他同事是否也有。\n\n{{agent.name}}",
    ),
    DemoTemplate(
        "resolved",
        "Resolved",
        "en",
        "Dear {{requester.name}},\n\n{{ticket.ref}} is solved.\n\nIf it comes back, simply answer this message within"
        " three days.\n\nKind regards\n{{agent.name}}",
    ),
    DemoTemplate(
        "resolved-zh",
        "已解决",
        "zh",
        "{{requester.name}}您好：\n\n{{ticket.ref}}已解决。\n\n如再次出现，三天内直接回复即可重新打开。\n\n{{agent.name}}",
    ),
    DemoTemplate(
        "outage",
        "Outage notice",
        "en",
        "{{service}} is disturbed at present. We are working on it; next news by {{ticket.due}}. Please do not open further"
        " tickets, you will be kept informed through {{ticket.ref}}.",
    ),
    DemoTemplate(
        "outage-zh",
        "故障通知",
        "zh",
        "{{service}}目前出现故障，正在紧急处理，下次更新时间{{ticket.due}}。无需重复报障，进展将通过{{ticket.ref}}通知。",
    ),
    DemoTemplate(
        "password",
        "Identity check by call-back",
        "en",
        "Dear {{requester.name}},\n\nfor your safety we reset passwords only after a call-back. We call {{requester.phone}} from the directory;"
        " please have your personnel number at hand.\n\n{{agent.name}}",
    ),
    DemoTemplate(
        "password-zh",
        "回拨核实身份",
        "zh",
        "{{requester.name}}您好：\n\n为保障账号安全，重置密码前会拨打通讯录中的{{requester.phone}}核实，请准备好工号。\n\n{{agent.name}}",
    ),
)


def cis() -> tuple[DemoCi, ...]:
    """The configuration items."""
    found = []
    for line in _CIS.strip().splitlines():
        name, ci_class, service, owner, facts, _ = (cell.strip() for cell in line.split("|"))
        pairs = [(fact.split("=", 1)[0], fact.split("=", 1)[1]) for fact in facts.split(", ")]
        found.append(DemoCi(name, ci_class, service, owner, attributes=dict(pairs)))
    return tuple(found)


def relations() -> tuple[DemoRelation, ...]:
    """What depends on what."""
    found = []
    for line in _CIS.strip().splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        found += [DemoRelation(cells[0], "depends_on", other) for other in cells[5].split(", ") if other]
    return tuple(found)


def team_for(kind: str, category: str, service: str) -> str:
    """The team that the default policy's routes give, as far as the demo uses them."""
    if category == "security":
        return "security"
    by_category = {
        "network": "network",
        "telephony": "network",
        "infrastructure": "infrastructure",
        "storage": "infrastructure",
        "hardware": "workplace",
        "printing": "workplace",
        "facilities": "facilities",
        "purchase": "facilities",
    }
    if category in by_category:
        return by_category[category]
    return next((s.team for s in SERVICES if s.code == service), "service_desk")
