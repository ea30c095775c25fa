"""Every text of the report in English and Chinese: one table.

A text may hold fields in braces; `words` fills them, in each language from that language's
half where the value is itself a `Text`.

Examples
--------
>>> words("draws_agree", n=4, of=5).en
'4 of 5 draws agree'
>>> words("draws_agree", n=4, of=5).zh
'5 次抽样中 4 次一致'
"""

from typing import Final

from citymove.facts.assumptions import key_of
from citymove.foundation.terms import PURPOSES, TERMS, Term
from citymove.scenario.results import Text

WORDING: Final[dict[str, tuple[str, str]]] = {
    # ---- page and navigation
    "page_title": ("{city}: {study}", "{city}：{study}"),
    "kicker": ("Traffic and parking study", "交通与停车方案研究"),
    "language": ("Language", "语言"),
    "skip": ("Skip to the findings", "跳到结论"),
    "contents": ("Contents", "目录"),
    "question": ("The question", "研究问题"),
    "options": ("Options", "方案"),
    "option": ("Option", "方案"),
    "base": ("Base", "基准"),
    "base_row": ("Base, nothing changed", "基准，不作改动"),
    "spaces_added": ("{n} spaces added", "新增 {n} 个泊位"),
    "spaces_removed": ("{n} spaces removed", "减少 {n} 个泊位"),
    "links_changed": ("{n} links changed", "改动 {n} 条路段"),
    "nothing_done": ("The city as it is.", "维持现状。"),
    # ---- stamp
    "stamp": ("What was run", "运行说明"),
    "stamp_grade": ("Grade", "可信等级"),
    "stamp_hours": ("Hours", "模拟时段"),
    "stamp_hours_value": ("{hours}, in {n} slices", "{hours}，分 {n} 个时段"),
    "stamp_draws": ("Draws", "抽样次数"),
    "stamp_draws_value": (
        "{n} per option, seed {seed}; the same travellers and random numbers in every option",
        "每个方案 {n} 次，随机种子 {seed}；各方案使用相同的出行者与随机数",
    ),
    "stamp_scope": ("Search for spaces", "寻泊模拟范围"),
    "stamp_response": ("What responds", "出行响应"),
    "response_fixed": (
        (
            "Fixed demand: who travels, where to, by which mode and when stays as it is. "
            "Routes and "
            "the choice of a space respond."
        ),
        "固定需求：出行者、目的地、方式与出发时间均不变，仅路径与车位选择随方案变化。",
    ),
    "response_other": ("Response: {response}.", "响应方式：{response}。"),
    "stamp_corridor": ("Corridor", "研究走廊"),
    "stamp_year": ("Year of the data", "数据年份"),
    # ---- grades
    "grade_a": (
        "Checked against counts that were held out.",
        "已用预留的观测数据检验。",
    ),
    "grade_b": (
        "Counts, gate logs and signal plans were used; no held-out check was passed.",
        "已使用流量、道闸记录与信号配时数据，尚未通过预留数据检验。",
    ),
    "grade_c": (
        "Speeds or a night survey were used; no counts.",
        "已使用车速或夜间停车调查数据，无流量观测。",
    ),
    "grade_d": (
        "OpenStreetMap and stated totals only; nothing was checked against counts.",
        "仅依据开放街道地图（OpenStreetMap）与给定总量，未与任何观测数据核对。",
    ),
    "grade_unknown": ("{grade}", "{grade}"),
    "graded": ("Grade {grade}", "等级 {grade}"),
    # ---- first lines
    "findings": ("What the options do", "各方案的效果"),
    "findings_intro_d": (
        (
            "The base case of this city has no known answer, so these lines give the order of the "
            "options, the direction, and how many of the {n} draws agree. Amounts stand below, "
            "under "
            "“Model only, not checked against counts”."
        ),
        (
            "该城市的基准状况没有可供核对的观测值，因此这里只给出各方案的排序、变化方向，以及 "
            "{n} 次"
            "抽样中有多少次一致。具体数值见下文“仅为模型结果，未与观测数据核对”。"
        ),
    ),
    "findings_intro": (
        "Mean difference from the base over {n} paired draws, with its 95 % interval.",
        "相对基准的平均差值（{n} 次配对抽样）及其 95% 区间。",
    ),
    "card_commute": ("Peak commute, door to door", "高峰通勤（门到门）"),
    "card_corridor": ("Delay on the corridor", "走廊延误"),
    "card_search": ("Time to find a space", "寻找车位的时间"),
    "best": ("{option} {verb} it", "{option}使其{verb}"),
    "best_of_many": ("{option} {verb} it most", "{option}使其{verb}最多"),
    "then": ("then {options}", "其次为{options}"),
    "worse": ("{options} {verb} it", "{options}使其{verb}"),
    "worse_many": ("each of {options} {verb} it", "{options}均使其{verb}"),
    "base_is": ("Base: {base}.", "基准：{base}。"),
    "no_visible": (
        "No option makes a difference that could have been seen.",
        "没有任何方案带来可辨识的差异。",
    ),
    "no_visible_for": (
        "No difference that could have been seen: {options}.",
        "看不出差异：{options}。",
    ),
    "agree_short": ("{n} of {of} draws", "{of} 次中 {n} 次"),
    "draws_agree": ("{n} of {of} draws agree", "{of} 次抽样中 {n} 次一致"),
    "only_base": (
        "The study holds no option besides the base.",
        "本研究除基准外没有其他方案。",
    ),
    "place": ("Place", "排序"),
    "place_note": (
        "Options whose intervals overlap share a place.",
        "区间重叠的方案并列。",
    ),
    "same_as_base": ("no visible difference", "看不出差异"),
    "verb_min_lower": ("shortens", "缩短"),
    "verb_min_higher": ("lengthens", "延长"),
    "verb_lower": ("lowers", "降低"),
    "verb_higher": ("raises", "升高"),
    "word_min_lower": ("shorter", "缩短"),
    "word_min_higher": ("longer", "延长"),
    "word_lower": ("lower", "降低"),
    "word_higher": ("higher", "升高"),
    # ---- model only
    "model_only": (
        "Model only, not checked against counts",
        "仅为模型结果，未与观测数据核对",
    ),
    "model_checked": ("Figures in detail", "详细数值"),
    "model_only_text": (
        (
            "Differences are more trustworthy than levels: what the model gets wrong in the "
            "base it "
            "gets wrong in every option too. The intervals hold the chance of the draws and the "
            "stated uncertainty of the inputs; they do not hold errors of the model itself."
        ),
        (
            "差值比绝对数值更可信：模型在基准中的偏差同样存在于各方案。区间包含抽样的随机性与已"
            "声明的"
            "输入不确定性，不包含模型本身的误差。"
        ),
    ),
    "indicators": ("Indicators", "指标"),
    "indicator": ("Indicator", "指标"),
    "indicators_caption": (
        (
            "Base, and the difference of each option from it. Each cell: mean difference, 95 % "
            "interval, draws that agree on the sign, smallest detectable difference."
        ),
        (
            "基准值及各方案相对基准的差值。每格依次为：平均差值、95% 区间、符号一致的抽样次数、"
            "可检出的"
            "最小差值。"
        ),
    ),
    "decides": ("decides this study", "本研究的决策指标"),
    "interval": ("{low} to {high}", "{low} 至 {high}"),
    "detectable": ("detectable from {x}", "可检出最小差值 {x}"),
    "no_difference": (
        "no difference that could have been seen (smallest detectable: {x})",
        "看不出差异（可检出的最小差值：{x}）",
    ),
    "not_computed": ("not computed", "未计算"),
    "key_better": ("improves", "改善"),
    "key_worse": ("worsens", "变差"),
    "key_none": ("no visible difference", "看不出差异"),
    "dot_caption": (
        (
            "Difference from the base with its 95 % interval. Grey band: too small to be seen. "
            "Hollow: "
            "not visible."
        ),
        "相对基准的差值及 95% 区间。灰色带：小于可检出的最小差值。空心点：看不出差异。",
    ),
    # ---- commute
    "commute": ("Commute", "通勤"),
    "commute_text": (
        (
            "Work arrivals from 07:00 to 09:30. Inside: drive inside the study area, search "
            "and walk. "
            "Door to door: with the minutes driven outside, which no option changes. Both are "
            "graded "
            "{grade}."
        ),
        (
            "07:00–09:30 到达的上班出行。城内：研究范围内的行驶、寻泊与步行；门到门：另加城外行"
            "驶时间，"
            "任何方案都不改变它。两者的可信等级均为 {grade}。"
        ),
    ),
    "commute_inside": ("Inside the city", "城内部分"),
    "commute_door": ("Door to door", "门到门"),
    "share_within": ("Share within {n} min", "{n} 分钟以内的比例"),
    "mean": ("Mean", "平均"),
    "commute_caption": (
        "Share of peak commutes that take at most so many minutes. The line marks 45 minutes.",
        "用时不超过横轴分钟数的高峰通勤比例。竖线为 45 分钟。",
    ),
    "axis_minutes": ("Minutes", "分钟"),
    "axis_share": ("Share of commutes, %", "通勤比例（%）"),
    "line_45": ("45 min", "45 分钟"),
    # ---- retiming
    "retiming": ("Junctions retimed", "信号配时调整"),
    "retiming_inferred": (
        (
            "No signal plan is known for {names}: the base plan is inferred (fixed cycle, "
            "greens by "
            "lanes, no coordination). A gain against an inferred plan is not a gain in the "
            "street; "
            "what counts is the comparison with the delay-minimal plan at base volumes."
        ),
        (
            "{names}没有已知的配时方案：基准方案为推断值（固定周期、按车道数分配绿灯、无协"
            "调）。相对推断"
            "方案的改善不等于实际改善，应以基准流量下延误最小的方案作为比较对象。"
        ),
    ),
    "retiming_caption": (
        (
            "Mean control delay, s/veh. Same routes: volumes of the base. Rerouted: drivers have "
            "found their new routes."
        ),
        "平均控制延误（秒/辆）。路径不变：采用基准流量；路径调整后：驾驶人已选择新的路径。",
    ),
    "junction": ("Junction", "路口"),
    "plan": ("Cycle and greens, s", "周期与绿灯（秒）"),
    "plan_value": ("{cycle} ({greens})", "{cycle}（{greens}）"),
    "plan_base": ("base", "基准"),
    "plan_new": ("new", "新方案"),
    "delay_base": ("Base plan, base volumes", "基准配时，基准流量"),
    "delay_base_inferred": (
        "Base plan (inferred), base volumes",
        "基准配时（推断），基准流量",
    ),
    "delay_optimal": ("Delay-minimal plan, base volumes", "延误最小配时，基准流量"),
    "delay_same": ("New plan, same routes", "新配时，路径不变"),
    "delay_rerouted": ("New plan, rerouted", "新配时，路径调整后"),
    "against_base": ("against the base plan: {x}", "较基准配时：{x}"),
    "against_optimal": ("against the delay-minimal plan: {x}", "较延误最小配时：{x}"),
    # ---- map
    "map": ("Map", "地图"),
    "map_text": (
        (
            "Each line is one direction of a street, drawn on the side on which traffic keeps. "
            "Volumes "
            "are means over the draws."
        ),
        "每条线为道路的一个方向，绘于行车一侧。交通量为各次抽样的平均值。",
    ),
    "map_option": ("Option", "方案"),
    "map_slice": ("Time", "时段"),
    "map_show": ("Show", "显示"),
    "show_ratio": ("Volume / capacity", "饱和度（交通量/通行能力）"),
    "show_volume": ("Volume", "交通量"),
    "show_difference": ("Difference in volume from the base", "交通量较基准的变化"),
    "zoom_in": ("Zoom in", "放大"),
    "zoom_out": ("Zoom out", "缩小"),
    "zoom_fit": ("Whole city", "全图"),
    "map_label": (
        (
            "Road map. Arrow keys move it, plus and minus zoom, 0 shows the whole city. The table "
            "beside it lists the most loaded links."
        ),
        "道路图。方向键平移，加减号缩放，0 显示全图。旁边的表格列出负荷最高的路段。",
    ),
    "map_help": (
        "Drag to move. Click the map, then scroll to zoom. Keys: arrows, +, −, 0.",
        "拖动平移；点击地图后滚动滚轮缩放。键盘：方向键、+、−、0。",
    ),
    "map_unpacking": ("Unpacking the map …", "正在展开地图……"),
    "map_too_old": (
        (
            "This browser cannot unpack the map (it lacks DecompressionStream). The figures "
            "beside this "
            "page show the same."
        ),
        "此浏览器无法展开地图（缺少 DecompressionStream）。同目录的图件内容相同。",
    ),
    "table_ratio": ("Most loaded links", "负荷最高的路段"),
    "table_volume": ("Links with most traffic", "交通量最大的路段"),
    "table_difference": ("Links that change most", "变化最大的路段"),
    "table_hint": (
        "A name moves the map to the link.",
        "点击路名可在地图上定位。",
    ),
    "table_no_change": (
        "No link changes in this time.",
        "该时段没有路段发生变化。",
    ),
    "base_has_no_difference": (
        "The base is what differences are taken from: choose another option.",
        "差值以基准为准，请选择其他方案。",
    ),
    "road": ("Road", "道路"),
    "direction": ("Direction", "方向"),
    "volume": ("Volume", "交通量"),
    "capacity": ("Capacity", "通行能力"),
    "ratio": ("v/c", "饱和度"),
    "time": ("Time", "行程时间"),
    "free_time": ("at free speed", "自由流"),
    "change": ("Change", "变化"),
    "unnamed": ("Road without a name", "无名道路"),
    "closed": ("closed", "封闭"),
    "changed_link": ("changed by this option", "本方案改动的路段"),
    "new_car_park": ("new car park", "新建停车场"),
    "new_car_park_of": ("{name}, {n} spaces", "{name}，{n} 个泊位"),
    "unit_vph": ("veh/h", "辆/小时"),
    "unit_s": ("s", "秒"),
    "less_traffic": ("less traffic", "减少"),
    "more_traffic": ("more traffic", "增加"),
    "little_change": ("little or no change", "变化很小或无变化"),
    "width_volume": ("width: volume", "线宽：交通量"),
    "width_change": ("width: size of the change", "线宽：变化幅度"),
    "north": ("N", "北"),
    "over_capacity_note": (
        "v/c > 1 is demand, not flow; times there are indicative.",
        "饱和度大于 1 表示需求而非实际流量，该处时间仅供参考。",
    ),
    "map_figures": ("Where traffic changes", "交通量变化分布"),
    "map_figures_text": (
        (
            "Change in volume against the base, {slice}. Blue: less traffic; orange: more. The "
            "figures beside the lines are the largest changes, veh/h."
        ),
        "{slice} 交通量较基准的变化。蓝色减少，橙色增加；图中数字为变化最大的路段（辆/小时）。",
    ),
    "figure_network": (
        "{city}: volume / capacity, base, {slice}",
        "{city}：基准饱和度，{slice}",
    ),
    "figure_difference": (
        "{option}: change in volume, {slice}",
        "{option}：交通量变化，{slice}",
    ),
    # ---- parking
    "parking": ("Parking", "停车"),
    "occupancy_caption": (
        "Share of public spaces (kerb and car parks) taken over the day.",
        "公共泊位（路内与停车场）占用率的时变过程。",
    ),
    "search_caption": (
        "Mean time to find a space by the hour in which the search began.",
        "按开始寻泊的小时统计的平均寻找车位时间。",
    ),
    "axis_occupancy": ("Public spaces taken, %", "公共泊位占用率（%）"),
    "axis_search": ("Time to find a space, min", "寻找车位时间（分钟）"),
    "axis_clock": ("Time of day", "时刻"),
    "car_parks": ("Car parks and kerb, by peak occupancy", "停车场与路内泊位（按高峰占用率排列）"),
    "facility": ("Facility", "停车设施"),
    "spaces": ("Spaces", "泊位"),
    "peak_taken": ("Highest share of the spaces taken, by option.", "各方案的最高占用率。"),
    "facilities_shown": (
        (
            "The {n} of {of} that are fullest in the base, and every one that an option adds or "
            "resizes. All stand in the tables beside this page."
        ),
        (
            "列出基准中最满的 {n} 处（共 {of} 处），以及各方案新增或改动的设施；完整清单见同目录表"
            "格。"
        ),
    ),
    "facilities_all": ("All {of} facilities.", "共 {of} 处设施。"),
    "unnamed_facility": ("Unnamed ({id})", "未命名（{id}）"),
    "is_new": ("new", "新建"),
    # ---- how sure
    "sure": ("How sure this is", "结果的可靠程度"),
    "certificates": ("Did the runs converge?", "运行是否收敛？"),
    "converged_all": (
        "All {n} runs converged.",
        "全部 {n} 次运行均已收敛。",
    ),
    "converged_some": (
        (
            "{bad} of {n} runs did not converge: {which}. Their figures enter the means; read "
            "those "
            "options with care."
        ),
        "{n} 次运行中有 {bad} 次未收敛：{which}。其数值仍计入平均值，阅读相应方案时请谨慎。",
    ),
    "which_runs": ("{option}: draw {draws}", "{option}：第 {draws} 次"),
    "certificate_caption": (
        (
            "Worst value over the draws of each option. Relative gap: how far routes are from "
            "equilibrium. Parking residual: search time fed in against search time simulated, "
            "by zone "
            "and period (95th percentile, and the largest). Identity: veh-km counted twice or "
            "lost."
        ),
        (
            "各方案抽样中的最差值。相对间隙：路径选择与均衡的距离；停车残差：输入与模拟寻泊时间"
            "之差"
            "（分区分时段，95 分位与最大值）；恒等式误差：重复计算或遗漏的车公里。"
        ),
    ),
    "gap": ("Relative gap", "相对间隙"),
    "residual_p95": ("Parking residual, P95", "停车残差（95 分位）"),
    "residual_max": ("Largest residual", "最大残差"),
    "rounds": ("Rounds", "轮次"),
    "identity": ("Identity error, veh-km", "恒等式误差（车公里）"),
    "converged": ("Converged", "收敛"),
    "yes_of": ("{n} of {of}", "{of} 次中 {n} 次"),
    "convergence_caption": (
        (
            "One dot per run. Crosses did not converge. The lines mark the relative gap that "
            "was asked "
            "for, and the 5 % that a parking residual should stay below."
        ),
        "每点为一次运行，叉号表示未收敛。虚线为要求的相对间隙与停车残差的 5% 标准。",
    ),
    "axis_gap": ("Relative gap", "相对间隙"),
    "axis_residual": ("Parking residual, P95, %", "停车残差 95 分位（%）"),
    "starts": ("Do different starts lead to the same answer?", "不同起点是否得到相同结果？"),
    "starts_caption": (
        (
            "The base's first draw solved from {n} different starts: lowest and highest value "
            "reached."
        ),
        "基准第一次抽样自 {n} 个不同起点求解所得的最低与最高值。",
    ),
    "starts_none": (
        "Only one start was solved, so the spread is not known.",
        "只求解了一个起点，离散程度未知。",
    ),
    "lowest": ("Lowest", "最低"),
    "highest": ("Highest", "最高"),
    "apart": ("Apart", "相差"),
    "uncertain": ("Uncertain inputs", "不确定的输入"),
    "uncertain_caption": (
        "Each draw takes a value between low and high; the best estimate is the likeliest.",
        "每次抽样在下限与上限之间取值，最佳估计值的可能性最大。",
    ),
    "uncertain_none": ("The draws vary no input.", "各次抽样未改变任何输入。"),
    "input": ("Input", "输入"),
    "best_estimate": ("Best", "最佳估计"),
    "low": ("Low", "下限"),
    "high": ("High", "上限"),
    "source": ("Source", "来源"),
    "reading": ("What was read, and what was lost", "读取与丢弃的数据"),
    "counted_none": ("Looked for, and none met: {names}.", "已检查但未出现：{names}。"),
    "notes": ("Notes", "说明"),
    "over_capacity": ("Links over capacity", "超负荷路段"),
    "over_capacity_text": (
        "In the base {n} links carry more than their capacity in at least one slice. {note}",
        "基准中有 {n} 条路段在至少一个时段超过通行能力。{note}",
    ),
    # ---- sources
    "sources": ("Sources and licence", "数据来源与许可"),
    "attribution_text": ("Roads and places: {attribution}.", "道路与地点数据：{attribution}。"),
    "odbl": (
        (
            "OpenStreetMap data are available under the Open Database Licence (ODbL) 1.0; "
            "figures made "
            "from them must carry the same attribution."
        ),
        "OpenStreetMap 数据依据开放数据库许可（ODbL）1.0 提供；由其制作的图件须保留相同署名。",
    ),
    "font_licence": (
        "Chinese glyphs: Noto Sans SC, SIL Open Font License 1.1.",
        "中文字形：Noto Sans SC，SIL 开放字体许可 1.1。",
    ),
    "made_by": (
        (
            "Computed and drawn by citymove {version}. This page is complete in itself and loads "
            "nothing from elsewhere."
        ),
        "由 citymove {version} 计算并绘制。本页自包含，不从外部加载任何内容。",
    ),
    "files": ("Files beside this page", "同目录文件"),
    "tables": ("Tables", "表格"),
    "figures": ("Figures", "图件"),
    "definitions": ("Definitions", "定义"),
    # ---- joining
    "and": (" and ", "和"),
    "comma": (", ", "、"),
    "comma_clause": (", ", "，"),
    "space": (" ", ""),
    "stop": (".", "。"),
    "semicolon": ("; ", "；"),
    "in_brackets": ("{what} ({inside})", "{what}（{inside}）"),
}

UNITS: Final[dict[str, tuple[str, str]]] = {
    "": ("", ""),
    "min": ("min", "分钟"),
    "m": ("m", "米"),
    "%": ("%", "%"),
    "points": ("points", "个百分点"),
    "veh-km": ("veh-km", "车公里"),
    "veh-h": ("veh-h", "车小时"),
    "s": ("s", "秒"),
    "persons": ("persons", "人"),
    "veh": ("veh", "辆"),
    "spaces": ("spaces", "个"),
    "share": ("share", "比例"),
    "persons/day": ("persons/day", "人/日"),
    "veh/day": ("veh/day", "辆/日"),
    "persons/veh": ("persons/veh", "人/辆"),
    "tours/veh/day": ("tours/veh/day", "次/辆/日"),
    "h": ("h", "时"),
    "1/min": ("1/min", "1/分钟"),
    "currency/h": ("currency/h", "货币/时"),
    "m/s": ("m/s", "米/秒"),
}

SIDES: Final[dict[str, str]] = {
    "north": "北侧",
    "north_east": "东北侧",
    "east": "东侧",
    "south_east": "东南侧",
    "south": "南侧",
    "south_west": "西南侧",
    "west": "西侧",
    "north_west": "西北侧",
}

SOURCES_ZH: Final[dict[str, str]] = {
    "measured": "实测",
    "reported": "公开报道",
    "tagged": "地图标注",
    "inferred": "推断",
    "assumed": "假定",
    "default": "默认值",
}

# Chinese of what the reader's counts count; see facts.reading.
_READING_ZH: Final[dict[str, str]] = {
    "areas_mended": "修补轮廓的区域",
    "areas_of_no_size": "面积为零的区域",
    "areas_without_whole_outline": "轮廓不完整的区域",
    "buildings": "采用的建筑",
    "buildings_found": "读到的建筑",
    "buildings_left_out_no_trips": "不产生出行而略去的建筑",
    "buildings_of_unstated_use": "用途不明的建筑",
    "buildings_with_levels": "标有层数的建筑",
    "buildings_with_levels_default": "层数取默认值的建筑",
    "buildings_with_levels_inferred": "层数由推断得出的建筑",
    "car_park_spaces_tagged": "标注的停车场泊位",
    "car_parks": "采用的停车场",
    "car_parks_fee_no": "标注为免费的停车场",
    "car_parks_fee_yes": "标注为收费的停车场",
    "car_parks_found": "读到的停车场",
    "car_parks_left_out_no_access": "不准进入而略去的停车场",
    "car_parks_of_unread_access": "通行权标注无法识别的停车场",
    "car_parks_of_unstated_kind": "类型不明的停车场",
    "car_parks_outside_boundary": "边界以外的停车场",
    "car_parks_with_capacity": "标有泊位数的停车场",
    "car_parks_with_unreadable_capacity": "泊位数无法识别的停车场",
    "drivable_m": "可行车道路长度（米）",
    "drivable_ways": "可行车道路",
    "kerb_spaces_inferred": "推断的路内泊位",
    "kerb_spaces_tagged": "标注的路内泊位",
    "kerb_stretches": "路内停车路段",
    "kerb_stretches_outside_boundary": "边界以外的路内停车路段",
    "kerb_stretches_too_short": "过短的路内停车路段",
    "links": "路段",
    "links_lost_to_connectivity": "因不连通而丢弃的路段",
    "links_lost_to_connectivity_m": "因不连通而丢弃的长度（米）",
    "links_m": "路段总长（米，双向分计）",
    "links_with_lanes_tagged": "标有车道数的路段",
    "links_with_speed_tagged": "标有限速的路段",
    "loops_halved": "拆分的环形路",
    "nodes": "节点",
    "objects_repeated": "重复的对象",
    "places": "采用的场所",
    "places_outside_boundary": "边界以外的场所",
    "points_of_interest": "兴趣点",
    "road_ways": "读到的道路",
    "road_ways_left_out_access": "禁止通行而略去的道路",
    "road_ways_left_out_plot_service": "地块内部通道（略去）",
    "segments_of_no_length": "长度为零的线段",
    "signal_nodes": "采用的信号灯节点",
    "signal_nodes_found": "读到的信号灯节点",
    "signal_nodes_of_crossings": "人行横道信号灯节点",
    "signal_nodes_off_roads": "不在道路上的信号灯节点",
    "turn_bans": "转向限制（转向数）",
    "turn_bans_applied": "已采用的转向限制",
    "turn_bans_dropped": "未能采用的转向限制",
    "turn_bans_dropped_ambiguous": "未采用：含义不唯一",
    "turn_bans_dropped_cars_exempt": "未采用：小汽车除外",
    "turn_bans_dropped_conditional": "未采用：限时段或有条件",
    "turn_bans_dropped_incomplete": "未采用：信息不全",
    "turn_bans_dropped_other_vehicles": "未采用：仅限其他车辆",
    "turn_bans_dropped_unreadable": "未采用：无法识别",
    "turn_bans_dropped_ways_not_read": "未采用：所涉道路未读取",
    "turn_bans_found": "读到的转向限制",
    "turn_bans_in_force": "现行有效的转向限制",
    "turn_bans_way_via_not_applied": "经由道路的转向限制（未采用）",
    "way_nodes_missing": "缺失的道路节点",
    "ways_clipped": "在边界截断的道路",
    "ways_with_unreadable_lanes": "车道数无法识别的道路",
    "ways_with_unreadable_maxspeed": "限速无法识别的道路",
}
_ROAD_CLASSES_ZH: Final[dict[str, str]] = {
    "motorway": "高速公路",
    "trunk": "快速路",
    "primary": "主干路",
    "secondary": "次干路",
    "tertiary": "支路",
    "unclassified": "未分级道路",
    "residential": "居住区道路",
    "living_street": "生活街道",
    "service": "服务道路",
}


def words(key: str, **values: object) -> Text:
    """Return the text `key` with its fields filled.

    Parameters
    ----------
    key
        Of `WORDING`.
    **values
        One per field; a `Text` gives each language its half.
    """
    en, zh = WORDING[key]
    halves = {name: value if isinstance(value, Text) else None for name, value in values.items()}
    return Text(
        en=en.format(**{k: t.en if (t := halves[k]) else v for k, v in values.items()}),
        zh=zh.format(**{k: t.zh if (t := halves[k]) else v for k, v in values.items()}),
    )


def joined(texts: list[Text]) -> Text:
    """Return the texts as one list in words.

    Examples
    --------
    >>> joined([Text(en="A", zh="甲"), Text(en="B", zh="乙"), Text(en="C", zh="丙")])
    Text(en='A, B and C', zh='甲、乙和丙')
    """
    if not texts:
        return Text(en="", zh="")
    *first, last = texts
    if not first:
        return last
    comma, conjunction = words("comma"), words("and")
    return Text(
        en=comma.en.join(t.en for t in first) + conjunction.en + last.en,
        zh=comma.zh.join(t.zh for t in first) + conjunction.zh + last.zh,
    )


def listed(texts: list[Text]) -> Text:
    """Return the texts with semicolons between them."""
    mark = words("semicolon")
    return Text(en=mark.en.join(t.en for t in texts), zh=mark.zh.join(t.zh for t in texts))


def term_name(key: str) -> Text:
    """Return the name of an indicator."""
    term = TERMS[key]
    return Text(en=term.en, zh=term.zh)


def term_definition(key: str) -> Text:
    """Return the definition of an indicator."""
    term = TERMS[key]
    return Text(en=term.definition_en, zh=term.definition_zh)


def unit_name(unit: str) -> Text:
    """Return a unit as printed; one that the table lacks stays as it is."""
    en, zh = UNITS.get(unit, (unit, unit))
    return Text(en=en, zh=zh)


def direction(term: Term, difference: float, form: str) -> Text:
    """Return the word for a rise or fall: `form` "verb" ("shortens") or "word" ("shorter")."""
    way = "lower" if difference < 0 else "higher"
    return words(f"{form}_min_{way}" if term.unit == "min" else f"{form}_{way}")


def assumption_name(name: str) -> Text:
    """Return what an uncertain input is, with its unit and the side or purpose it is for.

    Examples
    --------
    >>> assumption_name("arrival_mean_h.work").zh
    '到达时刻均值：上班（时）'
    """
    stem, _, part = name.partition(".")
    key = key_of(name)
    en = key.meaning if key else stem.replace("_", " ")
    zh = key.meaning_zh if key else en
    if part:
        purpose = _purpose(part)
        part_en, part_zh = purpose or (part.replace("_", " "), SIDES.get(part, part))
        en, zh = f"{en}: {part_en}", f"{zh}：{part_zh}"
    unit = unit_name(key.unit if key else "")
    return Text(
        en=f"{en} ({unit.en})" if unit.en else en, zh=f"{zh}（{unit.zh}）" if unit.zh else zh
    )


def _purpose(word: str) -> tuple[str, str] | None:
    known = {purpose.name.lower(): names for purpose, names in PURPOSES.items()}
    return known.get(word)


def reading_name(key: str) -> Text:
    """Return what a count of the reader counts.

    Examples
    --------
    >>> reading_name("links_lost_to_connectivity_service").zh
    '因不连通而丢弃的路段：服务道路'
    """
    zh = _READING_ZH.get(key)
    if zh is None:
        stem = next((k for k in _ROAD_CLASSES_ZH if key.endswith(f"_{k}")), "")
        whole = _READING_ZH.get(key.removesuffix(f"_{stem}")) if stem else None
        zh = f"{whole}：{_ROAD_CLASSES_ZH[stem]}" if whole else None
    en = key.replace("_", " ")
    return Text(en=f"{en[:-2]}, m" if en.endswith(" m") else en, zh=zh or en)


def source_name(source: str) -> Text:
    """Return where a value comes from; text that is no single known word stays as it is."""
    return Text(en=source, zh=SOURCES_ZH.get(source, source))


def grade_text(grade: str) -> Text:
    """Return what a grade means."""
    key = f"grade_{grade.lower()}"
    return words(key) if key in WORDING else words("grade_unknown", grade=grade)


def response_text(response: str) -> Text:
    """Return what responds to the options."""
    if response == "fixed":
        return words("response_fixed")
    return words("response_other", response=response)
