"""Names, addresses and contact data in several scripts. All are made up; domains are reserved for examples."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

import numpy as np

from surveil.simulate.table import Array


@dataclass(frozen=True)
class Script:
    """A pool of given and family names as written, with a Latin form for e-mail addresses."""

    language: str
    weight: float
    given: tuple[str, ...]
    family: tuple[str, ...]
    family_first: bool = False
    latin_given: tuple[str, ...] = ()
    latin_family: tuple[str, ...] = ()


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


SCRIPTS: tuple[Script, ...] = (
    Script(
        "en",
        0.60,
        _words(
            "Ada Albert Alice Amos Anna Arthur Beatrice Ben Calvin Carla Cecil Clara Daniel Della "
            "Dora Edgar Edith Eli Ella Emma Ernest Esther Eva Felix Flora Frank Grace Hannah Harold "
            "Hazel Henry Ida Irene Isaac Ivy Jack Jane Joel Josie Julia Karl Kate Laura Leo Lena "
            "Lewis Lily Louis Lucy Mabel Marcus Martha Mavis Miles Nell Nina Nora Olive Oscar Otis "
            "Paul Pearl Peter Philip Phoebe Ralph Rita Robert Rosa Ruby Ruth Samuel Silas Stella "
            "Susan Theo Thomas Vera Victor Violet Walter Wanda Warren Willa"
        ),
        _words(
            "Abbott Archer Ashby Avery Baker Barlow Barnes Beck Bishop Blake Booth Bowen Bright "
            "Brooks Burke Carver Chase Clay Colby Cole Cooper Crane Cross Dale Dalton Dawson Dixon "
            "Drake Dunn Eaton Ellis Emery Farrow Finch Fisher Fletcher Ford Foster Fowler Frost Gibbs "
            "Giles Glover Grant Graves Griffin Hale Harper Hart Hayes Heath Holt Hooper Hudson Irwin "
            "Jarvis Keene Kemp Kirby Knight Lamb Lane Larkin Lowell Marsh Mason Mercer Miller Moss "
            "Nash Nolan North Oakes Osborn Page Palmer Parrish Payne Pike Potter Pratt Quinn Ramsey "
            "Reed Rhodes Rowe Sawyer Sharp Shaw Slater Snow Stark Stone Swift Tate Thorne Tucker "
            "Vance Wade Walsh Ward Webb Wells West Wilder Wolfe"
        ),
    ),
    Script(
        "es",
        0.17,
        _words(
            "Adriana Alejandro Ángel Beatriz Begoña Carlos Catalina Diego Elena Emilio Esteban "
            "Gabriela Héctor Inés Íñigo Joaquín José Lucía Luz Marisol Martín Mónica Nicolás Paloma "
            "Ramón Raúl Rocío Sofía Tomás Verónica Ximena"
        ),
        _words(
            "Acosta Aguilar Álvarez Benítez Cabrera Castañeda Cordero Domínguez Escobar Fuentes "
            "García Gómez Guzmán Herrera Ibáñez Juárez Lozano Márquez Muñoz Núñez Ortega Peña "
            "Quiñones Ramírez Ríos Salinas Treviño Urrutia Vega Zúñiga"
        ),
    ),
    Script(
        "pl",
        0.05,
        _words(
            "Agnieszka Bartłomiej Bożena Grażyna Jędrzej Kazimierz Łucja Małgorzata Michał Paweł "
            "Stanisław Wojciech Żaneta"
        ),
        _words(
            "Błaszczyk Dąbrowski Głowacki Jabłoński Kołodziej Łukasik Mróz Nowak Piątek Świątek "
            "Wiśniewski Zając Żak"
        ),
    ),
    Script(
        "vi",
        0.04,
        _words("Anh Bảo Dũng Đạt Hạnh Hiếu Khánh Linh Mỹ Ngọc Phượng Quân Thảo Trí Vân"),
        _words("Bùi Cao Đặng Đinh Đỗ Dương Hồ Lê Lý Ngô Nguyễn Phạm Phan Trần Trương Võ"),
        family_first=True,
    ),
    Script(
        "zh",
        0.05,
        _words("伟 芳 娜 敏 静 丽 强 磊 军 洋 勇 艳 杰 娟 涛 明 超 霞 平 刚 桂英 秀兰 建国 志强 雨桐 子涵"),
        _words("王 李 张 刘 陈 杨 黄 赵 周 吴 徐 孙 马 朱 胡 郭 何 林 高 罗"),
        True,
        _words(
            "Wei Fang Na Min Jing Li Qiang Lei Jun Yang Yong Yan Jie Juan Tao Ming Chao Xia Ping Gang "
            "Guiying Xiulan Jianguo Zhiqiang Yutong Zihan"
        ),
        _words("Wang Li Zhang Liu Chen Yang Huang Zhao Zhou Wu Xu Sun Ma Zhu Hu Guo He Lin Gao Luo"),
    ),
    Script(
        "ru",
        0.04,
        _words(
            "Алексей Анна Борис Вера Галина Дмитрий Елена Иван Ирина Людмила Михаил Наталья Олег "
            "Ольга Пётр Сергей Юлия"
        ),
        _words(
            "Беляев Воробьёв Горшков Ефимов Жуков Зайцев Киселёв Лебедев Морозов Орлов Павлюк "
            "Савченко Соловей Фомин Шевчук"
        ),
        False,
        _words(
            "Alexei Anna Boris Vera Galina Dmitri Elena Ivan Irina Lyudmila Mikhail Natalia Oleg Olga "
            "Petr Sergei Yulia"
        ),
        _words(
            "Belyaev Vorobyov Gorshkov Efimov Zhukov Zaitsev Kiselyov Lebedev Morozov Orlov Pavlyuk "
            "Savchenko Solovey Fomin Shevchuk"
        ),
    ),
    Script(
        "ar",
        0.03,
        _words("أحمد أمينة بلال جميلة حسن خديجة داود رنا زينب سمير عائشة فاطمة كريم ليلى محمود نادية يوسف"),
        _words("الأمين البغدادي الحداد الخطيب الراوي السيد الشامي الصباغ العطار القاسم المصري النجار"),
        False,
        _words(
            "Ahmad Amina Bilal Jamila Hassan Khadija Dawud Rana Zaynab Samir Aisha Fatima Karim Layla "
            "Mahmud Nadia Yusuf"
        ),
        _words("Alamin Baghdadi Haddad Khatib Rawi Sayyid Shami Sabbagh Attar Qasim Masri Najjar"),
    ),
    Script(
        "hi",
        0.02,
        _words("अमित अनीता अर्जुन दीपा गीता हरीश ईशा कमला लक्ष्मी मनोज नेहा प्रिया राज सुनील विमला"),
        _words("अग्रवाल चौधरी गुप्ता जोशी कपूर मेहता नायर पटेल राव शर्मा सिंह वर्मा"),
        False,
        _words("Amit Anita Arjun Deepa Gita Harish Isha Kamala Lakshmi Manoj Neha Priya Raj Sunil Vimala"),
        _words("Agarwal Chaudhary Gupta Joshi Kapoor Mehta Nair Patel Rao Sharma Singh Varma"),
    ),
)

STREETS = _words(
    "Alder Anchor Aspen Bay Beacon Birch Bridge Canal Cedar Chapel Cherry Church Clover Court "
    "Depot Dock Elm Fern Field Forge Garden Glen Granite Grove Harbor Hazel Hickory Hill "
    "Juniper Lake Laurel Linden Locust Maple Market Meadow Mill Oak Orchard Park Pearl Pine "
    "Pond Poplar Prospect Quarry Ridge River School Shore Spring Spruce State Summit Union "
    "Valley Vine Walnut Willow"
)
STREET_KINDS = ("St", "Ave", "Rd", "Ln", "Dr", "Blvd")
MAIL_DOMAINS = (
    "inbox.example.com",
    "post.example.net",
    "mail.example.org",
    "web.example.com",
    "home.example.net",
)
BANK_DOMAIN = "harborline.example"
EMPLOYERS = tuple(
    f"{place} {trade}"
    for place in (
        "Northgate",
        "Eastport",
        "Lakeside",
        "Summit",
        "Ironwood",
        "Bluewater",
        "Redstone",
        "Fairview",
    )
    for trade in ("Logistics", "Foods", "Hospital", "Schools", "Motors", "Textiles", "Energy", "Builders")
)
TRADES = (
    "Bakery",
    "Plumbing",
    "Dental",
    "Books",
    "Florist",
    "Garage",
    "Consulting",
    "Catering",
    "Roofing",
    "Records",
)


@dataclass(frozen=True)
class People:
    """Names drawn for people: as written, in Latin letters for addresses, and the language of each."""

    name: Array
    local: Array
    language: Array


class _Pool:
    def __init__(self) -> None:
        def latin(word: str) -> str:
            plain = unicodedata.normalize(
                "NFKD", word.replace("ł", "l").replace("Ł", "L").replace("đ", "d").replace("Đ", "D")
            )
            return "".join(letter for letter in plain if letter.isascii()).lower()

        self.weights = np.array([script.weight for script in SCRIPTS])
        self.given = [np.array(script.given, dtype=object) for script in SCRIPTS]
        self.family = [np.array(script.family, dtype=object) for script in SCRIPTS]
        self.latin_given = [
            np.array([latin(w) for w in s.latin_given or s.given], dtype=object) for s in SCRIPTS
        ]
        self.latin_family = [
            np.array([latin(w) for w in s.latin_family or s.family], dtype=object) for s in SCRIPTS
        ]


def draw_scripts(rng: np.random.Generator, size: int) -> tuple[Array, Array]:
    """A script and a family name (two whole numbers) for each household."""
    weights = np.array([script.weight for script in SCRIPTS])
    script = np.searchsorted(np.cumsum(weights) / weights.sum(), rng.random(size), side="right")
    script = np.minimum(script, len(SCRIPTS) - 1)
    family = (rng.random(size) * np.array([len(s.family) for s in SCRIPTS])[script]).astype(np.int64)
    return script, family


def people(rng: np.random.Generator, script: Array, family: Array) -> People:
    """Given names for people of known script and family name."""
    pool = _Pool()
    size = len(script)
    name, local, language = (np.empty(size, dtype=object) for _ in range(3))
    draw = rng.random(size)
    middle = rng.random(size)
    for code, kind in enumerate(SCRIPTS):
        rows = np.flatnonzero(script == code)
        given = (draw[rows] * len(kind.given)).astype(np.int64)
        first, last = pool.given[code][given], pool.family[code][family[rows]]
        if kind.family_first:
            gap = "" if kind.language == "zh" else " "
            full = last + gap + first
        else:
            initial = np.array(
                [
                    chr(65 + int(m * 26)) + ". " if m * 7 % 1 < 0.3 and kind.language == "en" else ""
                    for m in middle[rows]
                ],
                dtype=object,
            )
            full = first + " " + initial + last if len(rows) else first
        name[rows] = full
        local[rows] = pool.latin_given[code][given] + "." + pool.latin_family[code][family[rows]]
        language[rows] = kind.language
    return People(name, local, language)
