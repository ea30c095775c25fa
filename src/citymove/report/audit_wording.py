"""Every text of the audit's page and workbook in both languages; `wording.words` finds them."""

from typing import Final

AUDIT_WORDING: Final[dict[str, tuple[str, str]]] = {
    # ---- page
    "audit_title": ("{name}: what is known of its roads", "{name}：道路数据核查"),
    "audit_kicker": ("Audit of roads and parking", "道路与停车数据核查"),
    "audit_lead": (
        (
            "What was read, how each value is known, what was lost, and what is missing. "
            "Complete {workbook} in Excel or WPS and put it into the city's folder: what it "
            "holds then counts as measured."
        ),
        (
            "本页说明读取了什么、每个数值从何而来、丢弃了什么、还缺什么。请用 Excel 或 WPS 填写 {"
            "workbook}，放入城市文件夹，所填内容即按实测值采用。"
        ),
    ),
    "audit_skip": ("Skip to what is missing", "跳到缺失清单"),
    "audit_read": ("What was read", "读取的数据"),
    "audit_file": ("File", "文件"),
    "audit_date": ("Date of the data", "数据日期"),
    "audit_no_date": ("not stated in the file's header", "文件头未注明"),
    "audit_defaults": ("Defaults", "默认值表"),
    "audit_defaults_value": (
        "table “{table}” for country {country}; drives on the {side}",
        "国家代码 {country}，采用“{table}”表；靠{side}行驶",
    ),
    "audit_no_country": ("(none given)", "（未给出）"),
    "side_right": ("right", "右"),
    "side_left": ("left", "左"),
    "audit_extent": ("Extent", "范围"),
    "audit_network": ("Network", "路网"),
    "audit_network_value": (
        "{km} km of road; {links} directed links, {nodes} nodes",
        "道路 {km} 公里；有向路段 {links} 条，节点 {nodes} 个",
    ),
    "audit_by_class": ("Roads by class", "各等级道路"),
    "road_class": ("Class", "道路等级"),
    "road_km": ("Road, km", "道路（公里）"),
    "link_km": ("Links, km (each direction)", "路段（公里，双向分计）"),
    "links_number": ("Links", "路段数"),
    "ways_number": ("Ways in the file", "文件中的道路"),
    "all_classes": ("All classes", "全部等级"),
    "ramp_of": ("{road_class}, ramps", "{road_class}（匝道）"),
    # ---- missing
    "missing": ("What is missing, most important first", "缺失清单（按重要性排序）"),
    "missing_text": (
        (
            "Weighted by the class of the road and by length, by nothing else. A junction weighs "
            "as the roads that lead into it, a car park as the kerb that its cars would fill. "
            "The sheet of the workbook where it is completed stands beside it."
        ),
        (
            "仅按道路等级与长度加权。路口按进口道路计，停车场按其车辆沿路边停放所需长度计。右侧为"
            "工作簿中相应的工作表。"
        ),
    ),
    "missing_none": ("Nothing is missing that this audit looks for.", "未发现缺失。"),
    "missing_what": ("What is not stated", "缺失内容"),
    "missing_number": ("How many", "数量"),
    "missing_km": ("km", "公里"),
    "missing_weight": ("Weight", "权重"),
    "missing_names": ("First of them", "首要者"),
    "missing_sheet": ("Sheet", "工作表"),
    "missing_lanes": ("Lanes: {road_class}", "车道数：{road_class}"),
    "missing_speeds": ("Speed: {road_class}", "车速：{road_class}"),
    "missing_signals": (
        "Signals at junctions that usually have them",
        "通常设有信号灯而地图未标的路口",
    ),
    "missing_car_parks": ("Spaces of public car parks", "公共停车场泊位数"),
    "missing_kerb_sides": ("Parking along the kerb", "路边停车规定"),
    "missing_lost_links": ("Links that are not connected", "未与路网连通的路段"),
    "number_directions": ("directions of ways", "条（道路与方向）"),
    "number_junctions": ("junctions", "个路口"),
    "number_car_parks": ("car parks", "处停车场"),
    "number_links": ("links", "条路段"),
    "number_sides": ("sides of streets", "道路两侧"),
    "only_on_the_map": ("in the map itself", "在地图中补充"),
    # ---- map
    "audit_map": ("Map", "地图"),
    "audit_map_label": (
        "Map of the roads. Arrow keys move it, plus and minus zoom, 0 shows all.",
        "道路图。方向键平移，加减号缩放，0 显示全图。",
    ),
    "show_lost": ("What was lost", "丢弃的道路"),
    "show_lanes_source": ("How lanes are known", "车道数来源"),
    "show_speed_source": ("How speed is known", "车速来源"),
    "show_signals": ("Signals", "信号灯"),
    "show_car_parks": ("Car parks", "停车场"),
    "map_lost": ("lost: not connected", "丢弃：不连通"),
    "map_cut": ("cut by the edge of the file", "在数据边缘截断"),
    "map_boundary": ("boundary of the study area", "研究范围边界"),
    "map_kept": ("kept", "保留"),
    "map_lanes": ("Lanes", "车道数"),
    "map_speed": ("Speed", "车速"),
    "map_spaces": ("Spaces", "泊位"),
    "map_weakest": (
        "where the two directions differ, the weaker source",
        "两个方向来源不同时取较弱者",
    ),
    "unit_kmh": ("km/h", "公里/小时"),
    "state_tagged": ("signals on the map", "地图有信号灯"),
    "state_inferred": ("usually signals, none on the map", "通常有信号灯，地图未标"),
    "state_stated": ("signals, stated by the planner", "规划者确认有信号灯"),
    "state_stated_none": ("no signals, stated by the planner", "规划者确认无信号灯"),
    "state_other": ("light of a crossing, or between junctions", "人行横道或路段上的信号灯"),
    "spaces_unknown": ("size not known", "泊位数未知"),
    # ---- known
    "known": ("How each value is known", "数值来源"),
    "known_text": (
        (
            "Shares of the length of all links; under each share its kilometres and links. "
            "Measured: completed by the planner. Tagged: stands in the map. Inferred: follows "
            "from the map by a rule. Default: the table's value for the country and class, or, "
            "for bridges, levels, roundabouts, arrows and who may drive there, that nothing is "
            "said of them."
        ),
        (
            "按路段长度计的比例，其下为公里数与路段数。实测：由规划者填写；标注：地图中已有；推断"
            "：按规则由地图得出；默认：按国家与道路等级取表中数值，对桥隧、层级、环岛、箭头和通行"
            "车辆则表示地图未作说明。"
        ),
    ),
    "attribute": ("Attribute", "属性"),
    "attribute_lanes": ("Lanes", "车道数"),
    "attribute_speed": ("Speed", "车速"),
    "attribute_direction": ("One-way or two-way", "单向或双向"),
    "attribute_lane_turns": ("Arrows of lanes", "车道转向箭头"),
    "attribute_capacity": ("Capacity", "通行能力"),
    "attribute_vehicles": ("Who may drive there", "允许通行的车辆"),
    "attribute_roundabout": ("Roundabout", "环岛"),
    "attribute_structure": ("Bridge or tunnel", "桥梁或隧道"),
    "attribute_layer": ("Level", "层级"),
    "attribute_name": ("Name", "道路名称"),
    "attribute_road_class": ("Class", "道路等级"),
    "attribute_ramp": ("Ramp", "匝道"),
    "attribute_length": ("Length", "长度"),
    "share_of_km": ("Share of the length", "长度比例"),
    "known_by_class": ("{attribute} by class", "各等级道路：{attribute}"),
    "source_measured": ("measured", "实测"),
    "source_reported": ("reported", "报道"),
    "source_tagged": ("tagged", "标注"),
    "source_inferred": ("inferred", "推断"),
    "source_assumed": ("assumed", "假定"),
    "source_default": ("default", "默认"),
    "defaults_taken": ("Which defaults were taken", "采用的默认值"),
    "defaults_taken_text": (
        "Value, the range that draws sample from, where it comes from, and how much rests on it.",
        "默认值、抽样范围、出处，以及采用该值的路段。",
    ),
    "default_lanes": ("Lanes of one direction", "单向车道数"),
    "default_speed_kmh": ("Free speed, km/h", "自由流车速（公里/小时）"),
    "default_capacity_per_lane_vph": (
        "Capacity of a lane away from signals, veh/h",
        "无信号路段单车道通行能力（辆/小时）",
    ),
    "value": ("Value", "数值"),
    "range": ("Range", "范围"),
    # ---- lost
    "lost": ("What was lost", "丢弃的数据"),
    "lost_links_text": (
        (
            "{links} directed links ({km} km) cannot be reached from the rest, or cannot reach "
            "it, without breaking a turn ban. They are drawn red on the map."
        ),
        "{links} 条有向路段（{km} 公里）在遵守转向限制的前提下与其余路网不能互通，图中以红色表示。",
    ),
    "lost_links_no_boundary": (
        (
            "{links} directed links ({km} km) cannot be reached from the rest, or cannot reach "
            "it, without breaking a turn ban. They are drawn red on the map. No boundary of the "
            "study area was given, so a one-way road that leaves the file has no way back and is "
            "among them."
        ),
        (
            "{links} 条有向路段（{km} 公里）在遵守转向限制的前提下与其余路网不能互通，图中以红色"
            "表示。未给出研究范围边界，驶出数据范围的单向道路因无法返回也计入其中。"
        ),
    ),
    "lost_none": ("Every link is connected.", "全部路段均连通。"),
    "metres": ("m", "米"),
    "lost_names": ("Streets with most metres lost", "丢弃长度最大的道路"),
    "lost_cut": (
        (
            "{ways} roads are cut by the edge of the file, at {ends} points; {nodes} of their "
            "points are missing."
        ),
        "{ways} 条道路在数据边缘被截断，共 {ends} 处，缺 {nodes} 个点。",
    ),
    "lost_bans": ("Turn restrictions", "转向限制"),
    "lost_ways": ("Roads left out", "略去的道路"),
    "lost_unreadable": ("Values that could not be read", "无法识别的数值"),
    "lost_areas": ("Areas", "区域"),
    "count_of": ("Count", "数量"),
    "count_key": ("Key", "键"),
    # ---- signals
    "signals": ("Signals", "信号灯"),
    "signals_text": (
        (
            "Junctions gathered from the map's signal nodes. Where the map shows none, junctions "
            "of roads of these classes usually have signals in this country: confirm or refuse "
            "them in the sheet “signals”."
        ),
        (
            "由地图信号灯节点归并得到的路口。地图未标而按道路等级通常设有信号灯的路口，请在工作表"
            "“signals”中确认或否定。"
        ),
    ),
    "signals_candidates": (
        "Junctions that usually have signals, the most important first",
        "通常设有信号灯的路口（按重要性排序）",
    ),
    "signals_shown": ("{n} of {of}", "{of} 个中的 {n} 个"),
    "crossing_lights": ("lights of pedestrian crossings alone", "仅服务人行横道的信号灯"),
    "midblock_lights": ("lights near no junction", "不在路口附近的信号灯"),
    "refused_lights": ("lights of junctions stated to have none", "规划者否定的信号灯"),
    "node_id": ("Node", "节点"),
    # ---- parking
    "audit_parking": ("Parking", "停车"),
    "kerb_sides": ("Sides of streets", "道路两侧"),
    "kerb_sides_text": (
        "Length of the sides of streets inside the study area, by what the map says of parking.",
        "研究范围内道路两侧长度，按地图对停车的说明分类。",
    ),
    "side_stated": ("parking allowed", "允许停车"),
    "side_none": ("no parking", "禁止停车"),
    "side_apart": ("parking mapped apart", "停车位另行绘制"),
    "side_unread": ("stated in words not understood", "标注无法识别"),
    "side_unknown": ("nothing stated", "无标注"),
    "kerb_spaces_by_source": ("Spaces along the kerb", "路内泊位"),
    "kerb_rows": ("Stretches", "路段"),
    "kerb_deductions": ("Taken off the kerb, m", "扣除的路边长度（米）"),
    "car_parks_by_source": ("Spaces of car parks", "停车场泊位"),
    "car_park_rows": ("Car parks", "停车场"),
    "nothing_here": ("None.", "无。"),
    # ---- counts and notes
    "audit_counts": ("Every count of the reader", "读取计数"),
    "audit_counts_text": (
        "Each with its key, by which a program finds it.",
        "各项附有键名，便于程序查找。",
    ),
    "audit_made_by": (
        (
            "Counted and drawn by citymove {version}. This page is complete in itself and loads "
            "nothing from elsewhere."
        ),
        "由 citymove {version} 统计并绘制。本页自包含，不从外部加载任何内容。",
    ),
    # ---- workbook
    "book_about": (
        "Fill the yellow cells of the other sheets. What you leave empty stays as it is.",
        "请填写其他工作表中的黄色单元格；留空则保持现状。",
    ),
    "book_return": (
        (
            "Save as {workbook}, put it into the city's folder, and read the city again. Or: "
            "citymove audit EXTRACT --completed {workbook}. Each value then counts as measured."
        ),
        (
            "另存为 {workbook} 并放入城市文件夹，再次读取城市；或运行 citymove audit 数据文件 --c"
            "ompleted {workbook}。所填数值即按实测值采用。"
        ),
    ),
    "book_keep": (
        (
            "Keep the sheets' names, the first row and the column “id”. Write values, no "
            "formulas; do not merge cells. Rows may be sorted, filtered or deleted."
        ),
        (
            "请保留工作表名称、首行和“id”列；只写数值，不写公式，不合并单元格。行可以排序、筛选或"
            "删除。"
        ),
    ),
    "book_order": (
        "Rows stand in order of importance: class of the road times length.",
        "各行按重要性排列：道路等级乘以长度。",
    ),
    "book_capped": (
        (
            "Sheet {sheet}: {n} of {of} rows are listed, the most important ones. A row of your "
            "own may name any other id."
        ),
        "工作表 {sheet}：共 {of} 行，列出最重要的 {n} 行；可自行添加行并填写其他编号。",
    ),
    "book_rows": ("Sheet {sheet}: {n} rows.", "工作表 {sheet}：{n} 行。"),
    "book_signals": (
        "signals: does the junction have signals? yes or no.",
        "signals：路口是否有信号灯？填 yes（是）或 no（否）。",
    ),
    "book_lanes": (
        "lanes: lanes of this direction for all traffic, without bus and cycle lanes (0.5 to 12).",
        "lanes：该方向供所有车辆使用的车道数，不含公交与非机动车道（0.5 至 12）。",
    ),
    "book_speeds": (
        "speeds: free speed of this direction, km/h (3 to 160).",
        "speeds：该方向自由流车速，公里/小时（3 至 160）。",
    ),
    "book_car_parks": (
        "car_parks: number of spaces (0 to 999,999).",
        "car_parks：泊位数（0 至 999,999）。",
    ),
    "book_source": (
        "Names and positions: {file}. {attribution}.",
        "名称与位置来自 {file}。{attribution}。",
    ),
    "book_id": ("Id", "编号"),
    "book_junction": ("Junction", "路口编号"),
    "book_name": ("Name", "名称"),
    "book_class": ("Class", "等级"),
    "book_length": ("Length, m", "长度（米）"),
    "book_lon": ("Longitude", "经度"),
    "book_lat": ("Latitude", "纬度"),
    "book_today": ("Taken today", "现采用"),
    "book_source_of": ("Source", "来源"),
    "book_kind": ("Kind", "类型"),
    "book_area": ("Area, m²", "面积（平方米）"),
    "book_fill_signals": ("Signals? yes / no", "有信号灯？yes / no"),
    "book_fill_lanes": ("Lanes", "车道数"),
    "book_fill_speeds": ("Speed, km/h", "车速（公里/小时）"),
    "book_fill_car_parks": ("Spaces", "泊位数"),
    "book_error": ("This value is out of its range.", "数值超出范围。"),
    "kind_surface": ("surface", "地面"),
    "kind_multi_storey": ("multi-storey", "停车楼"),
    "kind_underground": ("underground", "地下"),
    "kind_street_side": ("street side", "路侧"),
}
