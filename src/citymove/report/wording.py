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
from citymove.facts.roads import RoadClass
from citymove.foundation.terms import PURPOSES, TERMS, Term
from citymove.report.audit_wording import AUDIT_WORDING
from citymove.scenario.results import Text

WORDING: Final[dict[str, tuple[str, str]]] = {
    **AUDIT_WORDING,
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
    "base_row": ("{name}: nothing changed", "{name}：不作改动"),
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
    "card_commute": ("Average peak commute, door to door", "高峰平均通勤时间（门到门）"),
    "card_corridor": ("Corridor delay index", "走廊延时指数"),
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
        (
            "Options whose intervals overlap share a place. “Barely”: by less than 1 % of the "
            "base. No visible difference: too small to be told from chance in {n} draws, or below "
            "the last digit printed."
        ),
        (
            "区间重叠的方案并列。“略微”指不到基准值的 1%；“看不出差异”指小到无法在 {n} 次抽样中"
            "与偶然区分，或小于所列末位数字。"
        ),
    ),
    "held": (
        "not ranked: today's signal plan is inferred, see Junctions retimed",
        "不参与排序：现状配时为推断值，见“信号配时调整”",
    ),
    "held_for": (
        "Not ranked, since today's signal plan is inferred: {options}.",
        "因现状配时为推断值而不参与排序：{options}。",
    ),
    "barely": ("barely {what}", "略微{what}"),
    "same_as_base": ("no visible difference", "看不出差异"),
    "same_though": (
        "no visible difference: {word} in {n} of {of} draws",
        "看不出差异（{of} 次抽样中 {n} 次{word}）",
    ),
    "verb_min_lower": ("shortens", "缩短"),
    "verb_min_higher": ("lengthens", "延长"),
    "verb_lower": ("lowers", "降低"),
    "verb_higher": ("raises", "升高"),
    "word_min_lower": ("shorter", "缩短"),
    "word_min_higher": ("longer", "延长"),
    "word_lower": ("lower", "降低"),
    "word_higher": ("higher", "升高"),
    # ---- guard rails
    "rails": ("What no option may do", "各方案不得越过的界限"),
    "rail_worse": ("{name}: not worse than in the base.", "{name}：不得比基准差。"),
    "rail_bound": ("{name}: not {sign} {bound}.", "{name}：不得{sign} {bound}。"),
    "rail_above": ("above", "高于"),
    "rail_from": ("at or above", "达到或高于"),
    "rail_below": ("below", "低于"),
    "rail_to": ("at or below", "达到或低于"),
    "rail_kept": ("No option breaks this.", "各方案均未越界。"),
    "rail_broken": ("Broken by {options}.", "越界的方案：{options}。"),
    "rail_unproven": (
        (
            "Not proven: {options}. The mean lies beyond the line, and the difference from the "
            "base is too small to be told from chance."
        ),
        "尚不能证实：{options}。平均值越界，但与基准的差值小到无法与偶然区分。",
    ),
    "rail_base": ("The base lies beyond this line already.", "基准本身已越界。"),
    "rail_unjudged": (
        "Not judged: some run does not compute it.",
        "未判定：有的模拟未计算该指标。",
    ),
    "rail_money": ("A bound on an amount of money.", "对金额的限制。"),
    "rail_unjudged_money": (
        "Not judged: at grade D amounts of money are not printed.",
        "未判定：可信等级为 D 时不列出金额。",
    ),
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
            "The base, and the difference of each option from it. Each cell: mean difference, "
            "95 % interval, draws that agree on the sign, and from which size on a difference "
            "could have been detected. That is the least difference that a paired test at 5 % "
            "would find in four of five such studies, plus what the equilibria themselves may be "
            "off by, and one of the last digit at least. A smaller difference is not printed: it "
            "cannot be told from chance, or is none in practice."
        ),
        (
            "基准值及各方案相对基准的差值。每格依次为：平均差值、95% 区间、符号一致的抽样次数、"
            "可检出的最小差值。可检出的最小差值指：显著性 5% 的配对检验在五次此类研究中能有四次"
            "发现的最小差值，再加上均衡求解本身的误差，且不小于末位数字的 1。更小的差值无法与偶然"
            "区分，或并无实际意义，故不列出。"
        ),
    ),
    "decides": ("decides this study", "本研究的决策指标"),
    "interval": ("{low} to {high}", "{low} 至 {high}"),
    "detectable": ("detectable from {x}", "可检出最小差值 {x}"),
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
    "no_link_changes": (
        "No link changes by more than {n} veh/h.",
        "没有路段的变化超过 {n} 辆/小时。",
    ),
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
    "car_parks": (
        "Car parks and kerb that the options fill or relieve",
        "受方案影响的停车场与路内泊位",
    ),
    "facility": ("Facility", "停车设施"),
    "spaces": ("Spaces", "泊位"),
    "peak_taken": ("Highest share of the spaces taken, by option.", "各方案的最高占用率。"),
    "facilities_shown": (
        (
            "Every one that an option adds or resizes, then those where options change the number "
            "of cars at the fullest time most: {n} of {of}. All stand in car_parks.csv beside this "
            "page."
        ),
        (
            "先列各方案新增或改动的设施，再列各方案使最满时停放车辆数变化最大的设施：共 {of} 处中"
            "的 {n} 处。完整清单见同目录 car_parks.csv。"
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
            "those options with care."
        ),
        "{n} 次运行中有 {bad} 次未收敛：{which}。其数值仍计入平均值，阅读相应方案时请谨慎。",
    ),
    "which_runs": ("{option}: draw {draws}", "{option}：第 {draws} 次抽样"),
    "which_central": ("{option}, best values of all inputs", "{option}（各输入取最佳值）"),
    "certificate_caption": (
        (
            "Worst value over the runs of each option. Relative gap: how far routes are from "
            "equilibrium. Parking residual: search time (and cruising) fed in against that "
            "simulated, by zone and period: 95th percentile, how much of that chance alone "
            "explains, and the largest. A run has converged when its gap is reached and the 95th "
            "percentile lies below 5 % or below what chance explains."
        ),
        (
            "各方案全部运行中的最差值。相对间隙：路径选择与均衡的距离；停车残差：输入与模拟的"
            "寻泊时间（及绕行里程）之差，按小区与时段统计，依次为 95 分位、其中偶然因素可解释的"
            "部分、最大值。达到要求的间隙，且残差 95 分位低于 5% 或低于偶然因素可解释的部分，"
            "即为收敛。"
        ),
    ),
    "gap": ("Relative gap", "相对间隙"),
    "residual_p95": ("Parking residual, P95", "停车残差（95 分位）"),
    "residual_max": ("Largest residual", "最大残差"),
    "residual_noise": ("of it chance", "其中偶然"),
    "rounds": ("Rounds", "轮次"),
    "identity": ("Identity error, veh-km", "恒等式误差（车公里）"),
    "converged": ("Converged", "收敛"),
    "yes_of": ("{n} of {of}", "{of} 次中 {n} 次"),
    "convergence_caption": (
        (
            "One dot per run; crosses did not converge. Left: the line marks the relative gap "
            "that was asked for. Right: the parking residual against what is allowed, 5 % or what "
            "chance explains; the line marks 1."
        ),
        (
            "每点为一次运行，叉号表示未收敛。左图虚线为要求的相对间隙；右图为停车残差与容许值"
            "（5% 或偶然因素可解释的部分）之比，虚线为 1。"
        ),
    ),
    "axis_gap": ("Relative gap", "相对间隙"),
    "axis_residual": ("Parking residual / allowed", "停车残差与容许值之比"),
    "starts": ("Do different starts lead to the same answer?", "不同起点是否得到相同结果？"),
    "starts_caption": (
        (
            "The base at the best values of all inputs, solved from {n} different starts: "
            "lowest and highest value reached."
        ),
        "基准在各输入取最佳值时，自 {n} 个不同起点求解所得的最低与最高值。",
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
        (
            "{n} inputs. Each draw takes a value between low and high; the best estimate is the "
            "likeliest. References stand as the city's sheet has them."
        ),
        (
            "共 {n} 项。每次抽样在下限与上限之间取值，最佳估计值的可能性最大。出处按该城市数据表"
            "原文列出。"
        ),
    ),
    "uncertain_none": ("The draws vary no input.", "各次抽样未改变任何输入。"),
    "input": ("Input", "输入"),
    "best_estimate": ("Best", "最佳估计"),
    "low": ("Low", "下限"),
    "high": ("High", "上限"),
    "source": ("Source", "来源"),
    "reference": ("Reference or reason", "出处或理由"),
    "reading": ("What was read, and what was lost", "读取与丢弃的数据"),
    "counted_none": ("Looked for, and none met: {names}.", "已检查但未出现：{names}。"),
    "notes": ("Notes", "说明"),
    "identity_title": ("Is any driving counted twice?", "行驶里程是否重复计算？"),
    "identity_text": (
        (
            "No, if these agree. The base at the best values of all inputs, veh-km inside: "
            "{through} to where the search for a space starts + {access} from there to the first "
            "space tried + {cruising} of cruising after a refusal + {queueing} in queues at gates "
            "= {total} counted on the links. The largest disagreement of any run is {error} "
            "veh-km."
        ),
        (
            "若下式成立则没有。基准（各输入取最佳值）城内车公里：至开始寻泊处 {through} + 由此至"
            "首个尝试的泊位 {access} + 遇满后绕行 {cruising} + 出入口排队 {queueing} = 按路段统计 "
            "{total}。全部运行中的最大误差为 {error} 车公里。"
        ),
    ),
    "over_capacity": ("Links over capacity", "超负荷路段"),
    "over_capacity_text": (
        (
            "In the base {n}, in the mean over the draws, carry more than their capacity in at "
            "least one slice. {note} The map shows means over the draws, so a link that is over "
            "its capacity in some draws alone may not show there."
        ),
        (
            "基准中平均（对各次抽样）有 {n}路段在至少一个时段超过通行能力。{note}地图显示各次"
            "抽样的平均值，只在部分抽样中超负荷的路段在图上可能不显示。"
        ),
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
    "links": ("links", "条"),
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

# What the reader's counts count; see facts.reading.
_READING: Final[dict[str, tuple[str, str]]] = {
    "areas_mended": ("areas whose outline was mended", "修补轮廓的区域"),
    "areas_of_no_size": ("areas of no size", "面积为零的区域"),
    "areas_without_whole_outline": ("areas without a whole outline", "轮廓不完整的区域"),
    "buildings": ("buildings used", "采用的建筑"),
    "buildings_found": ("buildings found", "读到的建筑"),
    "buildings_left_out_no_trips": (
        "buildings left out: no trips end there",
        "不产生出行而略去的建筑",
    ),
    "buildings_of_unstated_use": ("buildings of unstated use", "用途不明的建筑"),
    "buildings_with_levels": ("buildings with tagged storeys", "标有层数的建筑"),
    "buildings_with_levels_default": ("buildings with storeys by default", "层数取默认值的建筑"),
    "buildings_with_levels_inferred": ("buildings with inferred storeys", "层数由推断得出的建筑"),
    "car_park_spaces_by_outline": (
        "car park spaces inferred from outlines",
        "按轮廓面积推断的停车场泊位",
    ),
    "car_park_spaces_drawn": ("car park spaces drawn one by one", "逐个绘制的停车场泊位"),
    "car_park_spaces_inferred": (
        "car park spaces shared out of the total",
        "按总量分摊的停车场泊位",
    ),
    "car_park_spaces_tagged": ("car park spaces tagged", "标注的停车场泊位"),
    "car_parks": ("car parks used", "采用的停车场"),
    "car_parks_entered_by_aisle": (
        "car parks entered where their aisle leaves a street",
        "由通道口进入的停车场",
    ),
    "car_parks_entered_by_entrance": ("car parks with a mapped entrance", "标有出入口的停车场"),
    "car_parks_fee_no": ("car parks tagged as free", "标注为免费的停车场"),
    "car_parks_fee_yes": ("car parks tagged as charging", "标注为收费的停车场"),
    "car_parks_found": ("car parks found", "读到的停车场"),
    "car_parks_left_out_no_access": (
        "car parks left out: nobody may enter",
        "不准进入而略去的停车场",
    ),
    "car_parks_of_single_spaces": (
        "rows of single spaces outside car parks",
        "停车场以外的成排泊位",
    ),
    "car_parks_of_unknown_size": (
        "car parks without spaces or outline",
        "无泊位数也无轮廓的停车场",
    ),
    "car_parks_of_unread_access": (
        "car parks whose access is not understood",
        "通行权标注无法识别的停车场",
    ),
    "car_parks_of_unstated_kind": ("car parks of unstated kind", "类型不明的停车场"),
    "car_parks_outside_boundary": ("car parks outside the boundary", "边界以外的停车场"),
    "car_parks_sized_by_outline": ("car parks sized by their outline", "按轮廓估算的停车场"),
    "car_parks_with_capacity": ("car parks with tagged spaces", "标有泊位数的停车场"),
    "car_parks_with_inferred_spaces": ("car parks that share the total", "分摊总量的停车场"),
    "car_parks_with_spaces_drawn": ("car parks whose spaces are drawn", "逐个绘制泊位的停车场"),
    "car_parks_with_unreadable_capacity": (
        "car parks with unreadable spaces",
        "泊位数无法识别的停车场",
    ),
    "drivable_m": ("length of drivable roads, m", "可行车道路长度（米）"),
    "drivable_ways": ("drivable roads (ways)", "可行车道路"),
    "drivable_ways_with_lanes": ("drivable roads tagged with lanes", "标有车道数的道路"),
    "drivable_ways_with_maxspeed": ("drivable roads tagged with a speed", "标有限速的道路"),
    "drivable_ways_with_name": ("drivable roads with a name", "有名称的道路"),
    "drivable_ways_with_oneway": ("drivable roads tagged one-way or two-way", "标有单双向的道路"),
    "drivable_ways_with_turn_lanes": ("drivable roads with arrows of lanes", "标有车道箭头的道路"),
    "grounds_without_whole_outline": ("grounds without a whole outline", "轮廓不完整的用地"),
    "kerb_clear_m_crossing": ("kerb kept clear for crossings, m", "人行横道禁停长度（米）"),
    "kerb_clear_m_driveway": ("kerb kept clear for driveways, m", "车辆出入口禁停长度（米）"),
    "kerb_clear_m_hydrant": ("kerb kept clear for hydrants, m", "消防栓禁停长度（米）"),
    "kerb_clear_m_junction": ("kerb kept clear at junctions, m", "交叉口禁停长度（米）"),
    "kerb_clear_m_stop": ("kerb kept clear at stops, m", "公交站禁停长度（米）"),
    "kerb_sides_apart": ("sides of roads whose parking is mapped apart", "停车另行绘制的道路侧"),
    "kerb_sides_none": ("sides of roads without parking", "禁止停车的道路侧"),
    "kerb_sides_stated": ("sides of roads with parking", "允许停车的道路侧"),
    "kerb_sides_unknown": ("sides of roads of which no tag speaks", "无停车标注的道路侧"),
    "kerb_sides_unread": ("sides of roads whose tag is not understood", "停车标注无法识别的道路侧"),
    "kerb_spaces_for_customers": ("kerb spaces for customers", "顾客专用路内泊位"),
    "kerb_spaces_for_disabled": ("kerb spaces for disabled people", "无障碍路内泊位"),
    "kerb_spaces_for_loading": ("kerb spaces for loading", "装卸用路内泊位"),
    "kerb_spaces_for_nobody": ("kerb spaces closed by day", "白天禁停的路内泊位"),
    "kerb_spaces_for_other": ("kerb spaces for other vehicles", "其他车辆专用路内泊位"),
    "kerb_spaces_for_permit": ("kerb spaces for residents and permits", "居民与许可证路内泊位"),
    "kerb_spaces_for_private": ("private kerb spaces", "私有路内泊位"),
    "kerb_spaces_for_public": ("kerb spaces for everyone", "公共路内泊位"),
    "kerb_spaces_inferred": ("kerb spaces inferred", "推断的路内泊位"),
    "kerb_spaces_tagged": ("kerb spaces tagged", "标注的路内泊位"),
    "kerb_spaces_without_room": (
        "kerb spaces of the total without room",
        "总量中无处安排的路内泊位",
    ),
    "kerb_stretches": ("stretches of kerb with parking", "路内停车路段"),
    "kerb_stretches_outside_boundary": (
        "stretches of kerb outside the boundary",
        "边界以外的路内停车路段",
    ),
    "kerb_stretches_too_short": ("stretches of kerb too short for a car", "过短的路内停车路段"),
    "kerb_words_unread": (
        "sides of roads with a condition not understood",
        "停车条件无法识别的道路侧",
    ),
    "links": ("links (one direction each)", "路段"),
    "links_lost_to_connectivity": ("links lost: not connected", "因不连通而丢弃的路段"),
    "links_lost_to_connectivity_m": ("length lost: not connected, m", "因不连通而丢弃的长度（米）"),
    "links_m": ("length of links, m (each direction)", "路段总长（米，双向分计）"),
    "links_of_roundabouts_by_shape": (
        "links of roundabouts found by shape",
        "按形状识别的环岛路段",
    ),
    "links_of_roundabouts_tagged": ("links of tagged roundabouts", "标注的环岛路段"),
    "links_with_bus_lanes": ("links with bus lanes", "设有公交专用道的路段"),
    "links_with_lane_turns": ("links with known arrows of lanes", "已知车道转向的路段"),
    "links_with_lanes_tagged": ("links with tagged lanes", "标有车道数的路段"),
    "links_with_speed_tagged": ("links with tagged speed", "标有限速的路段"),
    "links_with_timed_speed": ("links with a speed limit at some hours", "部分时段限速的路段"),
    "loops_halved": ("loop roads halved", "拆分的环形路"),
    "mini_roundabouts": ("mini roundabouts (nodes)", "微型环岛节点"),
    "nodes": ("nodes", "节点"),
    "objects_repeated": ("objects that stand twice in the file", "重复的对象"),
    "parking_entrances": ("entrances of car parks found", "读到的停车场出入口"),
    "parking_entrances_not_used": (
        "entrances of no mapped car park, or further ones of one",
        "未对应停车场或多余的出入口",
    ),
    "parking_spaces_found": ("single parking spaces found", "读到的单个泊位"),
    "parking_spaces_in_car_parks": ("single parking spaces in car parks", "停车场内的单个泊位"),
    "parking_spaces_without_outline": (
        "single parking spaces without a whole outline",
        "轮廓不完整的单个泊位",
    ),
    "path_bans": ("banned paths of three links or more", "三条及以上路段的路径限制"),
    "path_bans_void": ("banned paths over links left out", "因路段略去而失效的路径限制"),
    "places": ("places that trips go to", "采用的场所"),
    "places_outside_boundary": ("places outside the boundary", "边界以外的场所"),
    "points_of_interest": ("points of interest", "兴趣点"),
    "road_ways": ("roads found (ways)", "读到的道路"),
    "road_ways_left_out_access": ("roads left out: closed to cars", "禁止通行而略去的道路"),
    "road_ways_left_out_area": ("roads left out: areas", "按区域绘制而略去的道路"),
    "road_ways_left_out_plot_service": (
        "roads left out: ways inside plots",
        "地块内部通道（略去）",
    ),
    "road_ways_left_out_reversible": (
        "roads left out: direction changes by hour",
        "方向随时段变化而略去的道路",
    ),
    "roundabouts_by_shape": ("roundabouts found by shape", "按形状识别的环岛"),
    "segments_of_no_length": ("segments of no length", "长度为零的线段"),
    "signal_nodes": ("signal nodes used", "采用的信号灯节点"),
    "signal_nodes_found": ("signal nodes found", "读到的信号灯节点"),
    "signal_nodes_of_crossings": ("signal nodes of pedestrian crossings", "人行横道信号灯节点"),
    "signal_nodes_of_either": (
        "signal nodes tagged with a crossing as well",
        "同时标有人行横道的信号灯节点",
    ),
    "signal_nodes_off_roads": ("signal nodes off the roads", "不在道路上的信号灯节点"),
    "turn_bans": ("banned turns", "转向限制（转向数）"),
    "turn_bans_applied": ("turn restrictions applied", "已采用的转向限制"),
    "turn_bans_applied_through_ways": (
        "of these: through a road between",
        "其中：途经中间道路的",
    ),
    "turn_bans_applied_timed": ("of these: at some hours only", "其中：仅部分时段生效的"),
    "turn_bans_dropped": ("turn restrictions dropped", "未能采用的转向限制"),
    "turn_bans_dropped_against_one_way": (
        "dropped: ruled out by one-way streets anyway",
        "未采用：单行规定已使该转向不可能",
    ),
    "turn_bans_dropped_ambiguous": ("dropped: more than one reading", "未采用：含义不唯一"),
    "turn_bans_dropped_cars_exempt": ("dropped: cars are exempt", "未采用：小汽车除外"),
    "turn_bans_dropped_condition_not_time": (
        "dropped: on a condition that is no time",
        "未采用：附有非时间条件",
    ),
    "turn_bans_dropped_cut_by_extract": (
        "dropped: roads cut by the edge before they meet",
        "未采用：道路在交汇前被数据范围截断",
    ),
    "turn_bans_dropped_incomplete": ("dropped: incomplete", "未采用：信息不全"),
    "turn_bans_dropped_no_road_for_cars": (
        "dropped: over ways that cars may not use",
        "未采用：涉及小汽车不能通行的道路",
    ),
    "turn_bans_dropped_not_in_extract": (
        "dropped: roads not in the extract",
        "未采用：所涉道路不在数据范围内",
    ),
    "turn_bans_dropped_not_on_working_days": (
        "dropped: not on working days",
        "未采用：工作日不生效",
    ),
    "turn_bans_dropped_other_vehicles": ("dropped: for other vehicles", "未采用：仅限其他车辆"),
    "turn_bans_dropped_unreadable": ("dropped: unreadable", "未采用：无法识别"),
    "turn_bans_dropped_ways_do_not_meet": (
        "dropped: roads that do not meet",
        "未采用：所涉道路不相接",
    ),
    "turn_bans_found": ("turn restrictions found", "读到的转向限制"),
    "turn_bans_in_force": (
        "turn restrictions between links in use",
        "所用路段之间有效的转向限制",
    ),
    "turn_bans_parts_not_read": (
        "parts of applied turn restrictions not read",
        "已采用转向限制中无法识别的部分",
    ),
    "turn_bans_void": ("banned turns over links left out", "因路段略去而失效的转向限制"),
    "way_nodes_missing": ("points of roads that are missing", "缺失的道路节点"),
    "ways_alternating": ("roads driven in turn from both ends", "双向交替通行的道路"),
    "ways_clipped": ("roads cut by the edge of the extract", "在边界截断的道路"),
    "ways_for_destinations": ("roads for traffic with business there", "仅限目的地车辆的道路"),
    "ways_with_bus_lanes": ("roads with bus lanes", "设有公交专用道的道路"),
    "ways_with_conditional_access": (
        "roads closed at some hours or on a condition",
        "限时段或有条件禁行的道路",
    ),
    "ways_with_conditional_lanes": (
        "roads whose lanes differ at some hours",
        "车道用途随时段变化的道路",
    ),
    "ways_with_conditional_oneway": (
        "roads one-way at some hours or on a condition",
        "限时段或有条件单行的道路",
    ),
    "ways_with_contraflow_for_buses": (
        "one-way roads open to buses against the traffic",
        "允许公交逆行的单行道",
    ),
    "ways_with_inferred_layer": (
        "bridges and tunnels whose level is inferred",
        "层级由推断得出的桥梁与隧道",
    ),
    "ways_with_lanes_at_odds": (
        "roads whose lane tags contradict each other",
        "车道标注相互矛盾的道路",
    ),
    "ways_with_lanes_tagged": ("roads with lanes tagged in any form", "以任一形式标有车道数的道路"),
    "ways_with_maxspeed_condition_not_time": (
        "roads with a speed on a condition that is no time",
        "限速条件并非时段的道路",
    ),
    "ways_with_maxspeed_list": (
        "roads with several speeds, the lowest taken",
        "标有多个限速（取最低）的道路",
    ),
    "ways_with_maxspeed_none": ("roads tagged without a speed limit", "标注为不限速的道路"),
    "ways_with_maxspeed_not_on_working_days": (
        "roads with a speed that no working day has",
        "限速仅在非工作日生效的道路",
    ),
    "ways_with_maxspeed_out_of_range": (
        "roads with a speed out of range",
        "限速超出合理范围的道路",
    ),
    "ways_with_maxspeed_tagged": (
        "roads with a speed tagged in any form",
        "以任一形式标有限速的道路",
    ),
    "ways_with_maxspeed_timed": ("roads with a speed limit at some hours", "部分时段限速的道路"),
    "ways_with_maxspeed_unknown_zone": ("roads in a speed zone not known", "限速区无法识别的道路"),
    "ways_with_maxspeed_variable": ("roads whose speed signals show", "限速由可变标志显示的道路"),
    "ways_with_maxspeed_zone": ("roads whose speed is that of a zone", "按限速区取限速的道路"),
    "ways_with_turn_lanes": (
        "roads with arrows of lanes in any form",
        "以任一形式标有车道转向的道路",
    ),
    "ways_with_turn_lanes_not_matched": (
        "roads whose arrows do not fit their lanes",
        "转向标注与车道数不符的道路",
    ),
    "ways_with_turn_lanes_unread": ("roads with an arrow not understood", "转向标注无法识别的道路"),
    "ways_with_turn_lanes_without_direction": (
        "two-way roads whose arrows name no direction",
        "双向道路上未注明方向的转向标注",
    ),
    "ways_with_unread_access": ("roads whose access is not understood", "通行权标注无法识别的道路"),
    "ways_with_unread_oneway": (
        "roads whose direction is not understood",
        "单行标注无法识别的道路",
    ),
    "ways_with_unreadable_lanes": ("roads with unreadable lanes", "车道数无法识别的道路"),
    "ways_with_unreadable_layer": ("roads with unreadable level", "层级无法识别的道路"),
    "ways_with_unreadable_maxspeed": ("roads with unreadable speed", "限速无法识别的道路"),
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
    if key in _READING:
        en, zh = _READING[key]
        return Text(en=en, zh=zh)
    stem = next((k for k in _ROAD_CLASSES_ZH if key.endswith(f"_{k}")), "")
    whole = _READING.get(key.removesuffix(f"_{stem}")) if stem else None
    if whole is None:  # a count that a later reader added
        return Text(en=key.replace("_", " "), zh=key.replace("_", " "))
    return Text(
        en=f"{whole[0]}, {stem.replace('_', ' ')}", zh=f"{whole[1]}：{_ROAD_CLASSES_ZH[stem]}"
    )


def class_name(road_class: int) -> Text:
    """Return the name of a road class.

    Examples
    --------
    >>> class_name(2)
    Text(en='primary', zh='主干路')
    """
    word = RoadClass(road_class).name.lower()
    return Text(en=word.replace("_", " "), zh=_ROAD_CLASSES_ZH[word])


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
