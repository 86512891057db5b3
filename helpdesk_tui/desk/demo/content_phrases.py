"""What people at the desk write again and again, whatever the fault: openings, hand-overs, thanks."""

from typing import Final

Phrases = dict[str, tuple[str, ...]]

OPENING: Final[Phrases] = {
    "en": (
        "Hello {first}, thanks for letting us know. I am looking at it now.",
        "Good morning {first}, I have taken your ticket and will be back within the hour.",
        "Hi {first}, {agent} from the desk here. I can see what you mean, give me a moment.",
        "Dear {first}, thank you. I am checking {ci} first and write again as soon as I know more.",
        "Hello {first}, got it. Please leave the computer switched on, I may have to connect.",
    ),
    "zh": (
        "{first}您好，已收到，我现在看一下。",
        "{first}您好，我是服务台{agent}，您的工单由我处理，一小时内答复您。",
        "您好{first}，情况已了解，先检查{ci}，有结果马上告诉您。",
        "{first}您好，感谢反馈，请先保持电脑开机，可能需要远程。",
        "收到，正在排查，请稍等。",
    ),
}

REQUEST_OPENING: Final[Phrases] = {
    "en": (
        "Hello {first}, thank you, we have everything we need and start right away.",
        "Dear {first}, your request is on its way. You hear from us when it is ready.",
        "Hi {first}, noted. {agent} takes care of it.",
    ),
    "zh": (
        "{first}您好，申请已收到，我们马上安排。",
        "{first}您好，资料齐全，开始办理，完成后通知您。",
        "您好{first}，由{agent}为您办理。",
    ),
}

ALARM_OPENING: Final[Phrases] = {
    "en": (
        "Alarm acknowledged, looking at {ci}.",
        "Seen. Connecting to {ci} now.",
        "On it, {agent}. Next news in half an hour.",
    ),
    "zh": ("告警已确认，正在检查{ci}。", "已看到，正在登录{ci}。", "{agent}已接手，半小时内更新。"),
}

REQUEST_PROGRESS: Final[Phrases] = {
    "en": (
        "It is on its way: the last step waits for a colleague from {team}.",
        "Almost there, I expect it to be ready by {day}.",
        "Not forgotten, the order of the day has been long. You are next.",
    ),
    "zh": ("正在办理，最后一步等{team}同事确认。", "快好了，预计{day}完成。", "没有忘记，今天申请比较多，马上轮到您。"),
}

HANDOVER: Final[Phrases] = {
    "en": (
        "Not on our side after all: client is clean, fault sits behind it. Please take over, logs are attached.",
        "Passing on, I am off until Thursday. All facts are in the notes above.",
        "First checks done, needs rights that I do not have.",
        "Second line, please: restarted everything once, it comes back within the hour.",
    ),
    "zh": (
        "客户端已排除，问题在后端，请接手，日志已附上。",
        "我明天休假，已沟通到这一步，请同事继续跟进。",
        "一线已做基本排查，需要二线权限处理。",
        "重启过仍会复现，转二线进一步分析。",
    ),
}

WAKE: Final[Phrases] = {
    "en": (
        "Any news? I have a meeting about it this afternoon.",
        "Is somebody still working on this?",
        "Just to let you know: it happened again at {hour}.",
        "My colleague at the next desk has the same now.",
        "How long will it take? I could work from home tomorrow if that helps.",
    ),
    "zh": (
        "请问现在进展怎么样了？下午开会要用。",
        "这个还有人在跟进吗？",
        "补充一下，{hour}又出现了一次。",
        "旁边的同事现在也这样了。",
        "大概还要多久？需要的话我可以先用别的电脑。",
    ),
}

PROGRESS: Final[Phrases] = {
    "en": (
        "Short update: we have found where it comes from and test the remedy now.",
        "Still on it. I asked a colleague from {team} to have a look with me.",
        "I could see the fault myself now, that helps a lot.",
        "Not forgotten: the test is running, I write again tomorrow morning.",
    ),
    "zh": (
        "简单更新：原因已经找到，正在验证处理办法。",
        "还在处理，已请{team}的同事一起看。",
        "我这边已经复现，定位会快很多。",
        "没有忘记，测试正在跑，明早再给您答复。",
    ),
}

THANKS: Final[Phrases] = {
    "en": (
        "Works again, thank you for the quick help!",
        "Perfect, thanks.",
        "Great, that was fast. You can close it.",
        "Thank you {agent}, all good now.",
        "It runs. I owe you a coffee.",
    ),
    "zh": (
        "已经好了，谢谢！",
        "可以了，非常感谢，处理得很快。",
        "测试正常，辛苦了，可以关单。",
        "谢谢{agent}，没问题了。",
        "好了好了，改天请喝咖啡。",
    ),
}

AGAIN: Final[Phrases] = {
    "en": (
        "I am sorry, but it is back. Same message as before, since {hour}.",
        "It worked for a day, now it is exactly as it was.",
        "Please open it again: only half of it is solved.",
    ),
    "zh": (
        "不好意思，又出现了，{hour}开始的，提示和之前一样。",
        "好了一天，现在又和原来一样了。",
        "麻烦重新打开，只解决了一半。",
    ),
}

REOPENED_NOTE: Final[Phrases] = {
    "en": ("First remedy did not hold. Did it again from the start, this time with the cause removed.",),
    "zh": ("第一次处理不彻底，这次从根上处理。",),
}

WAIT_USER: Final[Phrases] = {
    "en": ("Waiting for the answer of the requester.", "Question asked, waiting."),
    "zh": ("等待用户回复。", "已提问，等用户确认。"),
}

WAIT_VENDOR: Final[Phrases] = {
    "en": ("Passed to the supplier, reference {order}.", "Part ordered, delivery on {day}."),
    "zh": ("已提交供应商，单号{order}。", "备件已订购，预计{day}到。"),
}

ON_HOLD: Final[Phrases] = {
    "en": ("On hold until {date}: the requester is away.", "Parked until the maintenance night of {date}."),
    "zh": ("用户休假，{date}后继续。", "等{date}维护窗口处理。"),
}

APPROVE: Final[Phrases] = {
    "en": ("Approved, cost centre confirmed.", "Fine with me.", "Approved for the period asked for."),
    "zh": ("同意，成本中心已确认。", "同意。", "同意，按申请期限。"),
}

REJECT: Final[Phrases] = {
    "en": ("Not approved: please talk to your line manager about the need first, then ask again.",),
    "zh": ("暂不批准，请先与主管确认必要性后再申请。",),
}

CANCEL: Final[Phrases] = {
    "en": ("Requester called: solved itself.", "Sent by mistake, withdrawn by the requester."),
    "zh": ("用户来电：已自行恢复。", "误提交，用户撤回。"),
}

AUTO_CLOSE: Final[Phrases] = {
    "en": ("Closed: no objection within three days.",),
    "zh": ("三天内无异议，自动关闭。",),
}

RESUME: Final[Phrases] = {
    "en": ("The requester has answered.",),
    "zh": ("用户已回复。",),
}

VENDOR_BACK: Final[Phrases] = {
    "en": ("Supplier has delivered, going on.",),
    "zh": ("供应商已完成，继续处理。",),
}

DUPLICATE: Final[Phrases] = {
    "en": ("Same fault, same requester's department: joined with {other}.", "Already known as {other}, joined."),
    "zh": ("与{other}为同一故障，合并处理。", "重复报障，并入{other}。"),
}

WORK_LOG: Final[Phrases] = {
    "en": ("analysis and remedy", "remote session", "on site", "phone call and tests"),
    "zh": ("排查处理", "远程协助", "现场处理", "电话沟通与测试"),
}

STORES: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "sz": {
        "zh": ("南山店", "福田店", "宝安店", "龙岗店"),
        "en": ("Nanshan", "Futian", "Bao'an", "Longgang"),
    },
    "sh": {"zh": ("徐汇店", "静安店", "浦东店"), "en": ("Xuhui", "Jing'an", "Pudong")},
    "hh": {"zh": ("阿尔托纳店", "埃彭多夫店"), "en": ("Altona", "Eppendorf", "Wandsbek")},
}
SITES: Final[dict[str, dict[str, str]]] = {
    "sz": {"zh": "深圳", "en": "Shenzhen"},
    "sh": {"zh": "上海", "en": "Shanghai"},
    "hh": {"zh": "汉堡", "en": "Hamburg"},
}
ROOMS: Final[dict[str, tuple[str, ...]]] = {
    "sz": ("5F-A", "5F-C", "3F-B", "6F-A"),
    "sh": ("8F-B", "8F-D", "9F-A"),
    "hh": ("2F-A", "2F-C", "1F-B"),
}
APPS: Final[dict[str, tuple[str, ...]]] = {
    "zh": ("费用报销系统", "供应商门户", "经营看板", "合同管理", "门店排班", "ERP采购模块", "会员中心", "仓储系统"),
    "en": (
        "Expenses",
        "Supplier portal",
        "Sales dashboard",
        "Contracts",
        "Shift planner",
        "ERP purchasing",
        "Warehouse",
    ),
}
WEEKDAYS: Final[dict[str, tuple[str, ...]]] = {
    "zh": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
MONTHS: Final = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
JOINERS: Final[dict[str, tuple[str, ...]]] = {
    "zh": ("孟瑶", "汪洋", "戴明", "姚晨曦", "邹凯", "熊伟", "石榴", "侯晓东", "贾静", "雷鸣", "龙飞", "史燕"),
    "en": (
        "Amelie Vogt",
        "Jan Peters",
        "Tomasz Zielinski",
        "Laura Stein",
        "Kofi Mensah",
        "Miriam Adler",
        "Oskar Lund",
        "Elena Petrova",
        "Finn Carstens",
        "Ruth Meyer",
    ),
}
