"""The people of the demo desk: Lanhai Retail, its merchants and its partners. All invented."""

from typing import Final

from helpdesk_tui.desk.demo.models import DEMO_BOT, DEMO_ME, DemoOrganisation, DemoPerson

LANHAI: Final = "Lanhai Retail 蓝海零售"
# Shanghai has the name by which the default policy gives it the Chinese calendar.
_OFFICES: Final = {"sz": LANHAI, "sh": "上海办公室", "hh": "Lanhai Europe GmbH"}
INTERNAL: Final = frozenset(_OFFICES.values())
DOMAIN: Final = "lanhai.example"

# name | domain | kind
_ORGANISATIONS: Final = f"""
{LANHAI} | {DOMAIN} | internal
{_OFFICES["sh"]} | {DOMAIN} | internal
{_OFFICES["hh"]} | {DOMAIN} | internal
Morgenrot Kaffee GmbH | morgenrot-kaffee.example | customer
Elbkontor Buchhandel | elbkontor.example | customer
Fjordland Outdoor AB | fjordland.example | customer
Bruckner & Sohn Optik | bruckner-optik.example | customer
南山茶铺 | nanshan-tea.example | customer
云上鲜果 | yunshang-fruit.example | customer
锦绣服饰 | jinxiu-fashion.example | customer
启明云服务 | qiming-cloud.example | partner
汇通设备维保 | huitong-service.example | partner
Hansewerk IT Services | hansewerk-it.example | partner
Nordlicht Logistik | nordlicht-logistik.example | partner
"""

DEPARTMENTS: Final[dict[str, dict[str, str]]] = {
    "finance": {"en": "Finance", "zh": "财务部"},
    "sales": {"en": "Sales", "zh": "销售部"},
    "stores": {"en": "Store Operations", "zh": "门店运营部"},
    "logistics": {"en": "Logistics", "zh": "物流部"},
    "hr": {"en": "Human Resources", "zh": "人力资源部"},
    "marketing": {"en": "Marketing", "zh": "市场部"},
    "purchasing": {"en": "Purchasing", "zh": "采购部"},
    "legal": {"en": "Legal", "zh": "法务部"},
    "payments": {"en": "Payments Business", "zh": "支付业务部"},
    "board": {"en": "Management Board", "zh": "总裁办"},
    "it": {"en": "IT", "zh": "信息技术部"},
}

# Staff: name | spoken surname | spoken given | department | site | title | flags
_STAFF: Final = """
张伟 | Zhang | Wei | finance | sz | Finance controller |
李娜 | Li | Na | finance | sz | Accountant |
刘洋 | Liu | Yang | finance | sh | Treasury specialist |
黄丽 | Huang | Li | finance | sz | Payables lead |
周杰 | Zhou | Jie | sales | sz | Key account manager |
吴敏 | Wu | Min | sales | sh | Sales representative |
徐静 | Xu | Jing | sales | sz | Sales assistant |
孙磊 | Sun | Lei | stores | sz | Area manager Nanshan |
马超 | Ma | Chao | stores | sz | Store manager |
朱红 | Zhu | Hong | stores | sh | Store manager |
胡斌 | Hu | Bin | stores | sh | Area manager Xuhui |
郭涛 | Guo | Tao | stores | sz | Shift lead |
何芳 | He | Fang | stores | sz | Store manager |
高翔 | Gao | Xiang | logistics | sz | Warehouse lead |
林雪 | Lin | Xue | logistics | sz | Dispatcher |
罗刚 | Luo | Gang | logistics | sh | Warehouse planner |
梁倩 | Liang | Qian | hr | sz | HR business partner |
宋佳 | Song | Jia | hr | sz | Payroll specialist |
郑爽 | Zheng | Shuang | hr | sh | Recruiter |
谢婷 | Xie | Ting | marketing | sz | Campaign manager |
韩梅 | Han | Mei | marketing | sh | Content editor |
唐亮 | Tang | Liang | marketing | sz | Web shop manager |
冯磊 | Feng | Lei | purchasing | sz | Buyer |
于洋 | Yu | Yang | purchasing | sz | Category manager |
董洁 | Dong | Jie | purchasing | sh | Buyer |
萧然 | Xiao | Ran | legal | sz | Counsel |
程琳 | Cheng | Lin | legal | sh | Contract manager |
曹颖 | Cao | Ying | payments | sz | Payment product owner |
袁野 | Yuan | Ye | payments | sz | Risk analyst |
邓超群 | Deng | Chaoqun | payments | sh | Merchant manager |
许文博 | Xu | Wenbo | payments | sz | Settlement specialist |
傅明远 | Fu | Mingyuan | board | sz | Chief executive officer | vip
沈若兰 | Shen | Ruolan | board | sz | Chief financial officer | vip
曾国栋 | Zeng | Guodong | board | sh | Head of China retail | vip
彭丽华 | Peng | Lihua | board | sz | Executive assistant | vip
吕思源 | Lü | Siyuan | finance | sz | Auditor |
苏晓梅 | Su | Xiaomei | stores | sz | Cash office |
卢志强 | Lu | Zhiqiang | logistics | sz | Shift lead warehouse |
蒋欣怡 | Jiang | Xinyi | marketing | sz | Designer |
蔡俊杰 | Cai | Junjie | sales | sh | Sales planner |
Katrin Brandt | Brandt | Katrin | finance | hh | Accountant |
Jonas Petersen | Petersen | Jonas | finance | hh | Controller Europe |
Svenja Lorenz | Lorenz | Svenja | sales | hh | Key account manager |
Tobias Krüger | Krüger | Tobias | sales | hh | Sales representative |
Emily Carter | Carter | Emily | marketing | hh | Brand manager Europe |
Lena Hoffmann | Hoffmann | Lena | marketing | hh | Content editor |
Malte Jansen | Jansen | Malte | stores | hh | Store manager Altona |
Ayşe Demir | Demir | Ayşe | stores | hh | Store manager Eppendorf |
Oliver Voss | Voss | Oliver | logistics | hh | Warehouse lead |
Marta Kowalska | Kowalska | Marta | logistics | hh | Dispatcher |
Ingrid Sommer | Sommer | Ingrid | hr | hh | HR manager Europe |
Daniel Okafor | Okafor | Daniel | purchasing | hh | Buyer |
Sophie Lambert | Lambert | Sophie | legal | hh | Counsel Europe |
Henrik Dahl | Dahl | Henrik | payments | hh | Merchant manager Europe |
Priya Nair | Nair | Priya | payments | hh | Payment analyst |
Friederike von Alten | von Alten | Friederike | board | hh | Managing director Europe | vip
James Whitfield | Whitfield | James | payments | hh | Compliance officer |
Nadja Richter | Richter | Nadja | hr | hh | Payroll specialist |
Paul Steiner | Steiner | Paul | logistics | hh | Forklift and gate |
"""

# Agents: name | surname | given | login | site | title | roles | skills
_AGENTS: Final = f"""
林一凡 | Lin | Yifan | {DEMO_ME} | sz | Service desk analyst | administrator smo service_desk auditor | mail:2 vpn:2 endpoint:3
陈晓 | Chen | Xiao | chen.xiao | sz | Service desk lead | service_desk smo | mail:3 identity:3 endpoint:2
王芳 | Wang | Fang | wang.fang | sz | Service desk analyst | service_desk | mail:2 identity:2 printing:2
赵鹏 | Zhao | Peng | zhao.peng | sh | Service desk analyst | service_desk | endpoint:2 telephony:2
Ana Ribeiro | Ribeiro | Ana | ana.ribeiro | hh | Service desk analyst | service_desk | mail:2 identity:3 vpn:1
Ben Fischer | Fischer | Ben | ben.fischer | hh | Service desk analyst | service_desk | endpoint:2 printing:2
杨帆 | Yang | Fan | yang.fan | sz | Workplace lead | technical_support | endpoint:3 printing:3
钱程 | Qian | Cheng | qian.cheng | sz | Workplace engineer | technical_support | endpoint:3 telephony:2
顾盼 | Gu | Pan | gu.pan | sh | Workplace engineer | technical_support | printing:2 collaboration:3
Lukas Meier | Meier | Lukas | lukas.meier | hh | Workplace engineer | technical_support | endpoint:3 printing:3 telephony:2
Nele Harms | Harms | Nele | nele.harms | hh | Workplace engineer | technical_support | collaboration:2 telephony:3
吴昊 | Wu | Hao | wu.hao | sz | Network lead | technical_support | network:3 vpn:3 firewall:3
石磊 | Shi | Lei | shi.lei | sz | Network engineer | technical_support | network:3 wifi:3
白雪 | Bai | Xue | bai.xue | sh | Network engineer | technical_support | network:2 telephony:3
Maik Lehmann | Lehmann | Maik | maik.lehmann | hh | Network engineer | technical_support | network:3 vpn:2 wifi:2
陈刚 | Chen | Gang | chen.gang | sz | Platform lead | technical_support | database:3 storage:3 linux:3
Bo Lindqvist | Lindqvist | Bo | bo.lindqvist | hh | Platform engineer | technical_support | linux:3 backup:3 database:2
夏雨 | Xia | Yu | xia.yu | sz | Database administrator | technical_support | database:3
方圆 | Fang | Yuan | fang.yuan | sh | Platform engineer | technical_support | storage:2 backup:2 mail:3
Carla Neumann | Neumann | Carla | carla.neumann | hh | Platform engineer | technical_support | storage:2 mail:2 linux:2
李明哲 | Li | Mingzhe | li.mingzhe | sz | Applications lead | technical_support | payments:3 erp:2
周晴 | Zhou | Qing | zhou.qing | sz | Payments engineer | technical_support | payments:3 api:3
任远 | Ren | Yuan | ren.yuan | sz | ERP specialist | technical_support | erp:3 purchasing:2
魏来 | Wei | Lai | wei.lai | sh | Web engineer | technical_support | website:3 api:2
Sven Olsen | Olsen | Sven | sven.olsen | hh | Payments engineer | technical_support | payments:3 api:2
Julia Weber | Weber | Julia | julia.weber | hh | ERP specialist | technical_support | erp:3 hr_system:2
康宁 | Kang | Ning | kang.ning | sz | Security lead | technical_support quality | security:3 identity:3
秦岚 | Qin | Lan | qin.lan | sz | Identity engineer | technical_support | identity:3
Farid Rahimi | Rahimi | Farid | farid.rahimi | hh | Security analyst | technical_support | security:3 identity:2
叶青 | Ye | Qing | ye.qing | sz | Customer service lead | customer_service | payments:2 website:2
贺小兰 | He | Xiaolan | he.xiaolan | sz | Customer service agent | customer_service | payments:1 website:2
Hanna Becker | Becker | Hanna | hanna.becker | hh | Customer service agent | customer_service | payments:2 website:1
关心 | Guan | Xin | guan.xin | sz | Facilities and purchasing lead | technical_support | facilities:3 purchasing:3
Gero Matthies | Matthies | Gero | gero.matthies | hh | Facility manager | technical_support | facilities:3
温静怡 | Wen | Jingyi | wen.jingyi | sh | Quality manager | quality smo auditor | reporting:3
Roger Falk | Falk | Roger | roger.falk | hh | Problem and change manager | smo quality | reporting:2
"""

# Outside: name | surname | given | organisation | title
_OUTSIDE: Final = """
Clara Winkler | Winkler | Clara | Morgenrot Kaffee GmbH | Shop manager
Timo Bauer | Bauer | Timo | Morgenrot Kaffee GmbH | Web developer
Annika Thomsen | Thomsen | Annika | Elbkontor Buchhandel | Owner
Felix Arndt | Arndt | Felix | Elbkontor Buchhandel | Bookkeeper
Erik Solberg | Solberg | Erik | Fjordland Outdoor AB | Head of e-commerce
Maja Nyström | Nyström | Maja | Fjordland Outdoor AB | Finance
Konrad Bruckner | Bruckner | Konrad | Bruckner & Sohn Optik | Owner
杜鹃 | Du | Juan | 南山茶铺 | 店长
丁香 | Ding | Xiang | 南山茶铺 | 财务
潘石 | Pan | Shi | 南山茶铺 | 老板
姜波 | Jiang | Bo | 云上鲜果 | 技术负责人
范文静 | Fan | Wenjing | 云上鲜果 | 客服主管
钟小燕 | Zhong | Xiaoyan | 云上鲜果 | 财务
田园 | Tian | Yuan | 锦绣服饰 | 电商经理
金玲 | Jin | Ling | 锦绣服饰 | 店长
崔浩 | Cui | Hao | 锦绣服饰 | 开发
陆川 | Lu | Chuan | 启明云服务 | 客户经理
尹力 | Yin | Li | 启明云服务 | 云平台工程师
侯勇 | Hou | Yong | 汇通设备维保 | 现场工程师
邵兵 | Shao | Bing | 汇通设备维保 | 调度
Greta Hansen | Hansen | Greta | Hansewerk IT Services | Service manager
Nico Albrecht | Albrecht | Nico | Hansewerk IT Services | Field technician
Torben Schulz | Schulz | Torben | Nordlicht Logistik | Dispatch
Ilse Kramer | Kramer | Ilse | Nordlicht Logistik | Invoicing
Rashid Karim | Karim | Rashid | Nordlicht Logistik | IT contact
Zofia Nowak | Nowak | Zofia | Fjordland Outdoor AB | Developer
"""

_PLAIN: Final = str.maketrans("üöäşßé", "uoasse")
_AREA: Final = {"sz": "+86 755 5550", "sh": "+86 21 5550", "hh": "+49 40 5550"}


def _rows(table: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]


def _address(surname: str, given: str, domain: str) -> str:
    local = f"{given}.{surname}" if " " in surname or domain != DOMAIN else f"{surname}.{given}"
    return f"{local.lower().replace(' ', '').translate(_PLAIN)}@{domain}"


# Two-syllable given names: where the second syllable begins cannot be told from the spelling alone.
_SYLLABLES: Final = {
    "Chaoqun": "cq",
    "Wenbo": "wb",
    "Mingyuan": "my",
    "Ruolan": "rl",
    "Guodong": "gd",
    "Lihua": "lh",
    "Siyuan": "sy",
    "Xiaomei": "xm",
    "Zhiqiang": "zq",
    "Xinyi": "xy",
    "Junjie": "jj",
    "Yifan": "yf",
    "Mingzhe": "mz",
    "Xiaolan": "xl",
    "Jingyi": "jy",
    "Wenjing": "wj",
    "Xiaoyan": "xy",
}


def _initials(name: str, surname: str, given: str) -> str:
    """Initials a colleague would type: of every syllable for Chinese names (张伟: zw), else of every word."""
    if ord(name[0]) < 0x2E80:
        return "".join(word[0] for word in name.split()).lower()
    return (surname[0] + _SYLLABLES.get(given, given[0])).lower()


def organisations() -> tuple[DemoOrganisation, ...]:
    """Lanhai's three offices, its merchants and its partners."""
    return tuple(DemoOrganisation(name, kind) for name, _, kind in _rows(_ORGANISATIONS))


def people() -> tuple[DemoPerson, ...]:
    """Everyone: staff, agents (with logins and skills), the contacts outside, and the service account."""
    domains = {name: domain for name, domain, _ in _rows(_ORGANISATIONS)}
    found: list[DemoPerson] = []
    for i, (name, surname, given, department, site, title, flags) in enumerate(_rows(_STAFF)):
        chinese = ord(name[0]) >= 0x2E80
        email = _address(surname, given, DOMAIN)
        label = DEPARTMENTS[department]["zh" if chinese else "en"]
        found.append(
            DemoPerson(
                key=email,
                name=name,
                email=email,
                organisation=_OFFICES[site],
                language="zh" if chinese else "en",
                site=site,
                phone=f"{_AREA[site]} {2101 + i}",
                initials=_initials(name, surname, given),
                title=f"{title}, {label}",
                spoken=given,
                vip=flags == "vip",
            )
        )
    for i, (name, surname, given, login, site, title, roles, skills) in enumerate(_rows(_AGENTS)):
        chinese = ord(name[0]) >= 0x2E80
        held = {skill: int(level) for skill, level in (s.split(":") for s in skills.split())}
        found.append(
            DemoPerson(
                key=login,
                name=name,
                email=_address(surname, given, DOMAIN),
                organisation=_OFFICES[site],
                language="zh" if ord(name[0]) >= 0x2E80 else "en",
                site=site,
                phone=f"{_AREA[site]} {3001 + i}",
                initials=_initials(name, surname, given),
                title=title,
                spoken=given,
                login=login,
                agent=True,
                roles=tuple(roles.split()),
                skills={**held, "chinese": 3} if chinese else held,
                capacity=12 if "service_desk" in roles else 8,
            )
        )
    for i, (name, surname, given, organisation, title) in enumerate(_rows(_OUTSIDE)):
        chinese = ord(name[0]) >= 0x2E80
        email = _address(surname, given, domains[organisation])
        found.append(
            DemoPerson(
                key=email,
                name=name,
                email=email,
                organisation=organisation,
                language="zh" if chinese else "en",
                site="sz" if chinese else "hh",
                phone=f"+86 139 5550 {4101 + i}" if chinese else f"+49 170 5550 {4101 + i}",
                initials=_initials(name, surname, given),
                title=title,
                spoken=given,
            )
        )
    found.append(
        DemoPerson(
            key=DEMO_BOT,
            name="Desk automation",
            email=f"{DEMO_BOT}@{DOMAIN}",
            organisation=LANHAI,
            language="en",
            site="sz",
            phone="",
            initials="da",
            title="Service account",
            spoken="Desk automation",
            login=DEMO_BOT,
            agent=False,
            roles=("service_account",),
        )
    )
    return tuple(found)


def department_of(person: DemoPerson, language: str) -> str:
    """The department a person works in, in the given language; IT for agents."""
    for names in DEPARTMENTS.values():
        if any(person.title.endswith(f", {n}") for n in names.values()):
            return names[language]
    return DEPARTMENTS["it"][language]
