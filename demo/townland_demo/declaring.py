"""What the four towns declare beside their land: invented, to show every verdict of the policy.

T01 keeps every rule, T02 breaks several, T03 stands on the limits, T04 leaves most unsaid.
"""

from __future__ import annotations

_DOCUMENTS = """
[documents]
creation_plan = "创建方案（2017年8月）"
construction_scope = "建设范围图"
industry_positioning = "产业定位报告"
investors = "投资主体一览"
investment_scale = "投资估算"
construction_schedule = "建设计划（2018—2020年）"
"""

_SUPPLY = """
[supply]
city = [
  {{ year = 2013, approved_ha = 420.0, supplied_ha = 300.0 }},
  {{ year = 2014, approved_ha = 380.0, supplied_ha = 262.0 }},
  {{ year = 2015, approved_ha = 350.0, supplied_ha = 240.0 }},
  {{ year = 2016, approved_ha = 300.0, supplied_ha = 215.0 }},
  {{ year = 2017, approved_ha = 310.0, supplied_ha = 220.0 }},
]
county = [
  {{ year = 2013, approved_ha = 40.0, supplied_ha = {0} }},
  {{ year = 2014, approved_ha = 36.0, supplied_ha = {1} }},
  {{ year = 2015, approved_ha = 30.0, supplied_ha = {2} }},
  {{ year = 2016, approved_ha = 24.0, supplied_ha = {3} }},
  {{ year = 2017, approved_ha = 20.0, supplied_ha = {4} }},
]
"""

_FACTS = """
[facts]
approvals_delegated = true
town_treasury = {0}
park_and_town_one = {1}
land_enclosed_in_disguise = false
real_estate_in_disguise = false
packaged_as_key_project = {0}

[acceptance]
investment_done = {0}
industry_developed = true
projects_on_schedule = {0}
character_shaped = true
living_environment = true
"""

DECLARED: dict[str, str] = {
    "T01": """\
linked_quota_ha = 6.0
county_code = "450299"
county_name = "云岭县"
type = "light_asset"
carrier = "建制镇"
population = 10500
social_investment = 15.6  # 亿元
total_investment = 18.0
industry_investment = 12.6
investment_done = 9.9
segment = "陶艺文化"
leading_industries = ["民族文化"]
linked_industries = ["休闲旅游", "电子商务"]
replacement_bank_ha = 30.0
replacement_bank_paddy_ha = 12.0
county_debt_ratio = 0.82
county_platform = "none"
subsidy_paid = [{ on = 2017-12-20, amount_wan = 700 }, { on = 2018-12-10, amount_wan = 800 }]
reused_sites = [
  { name = "老粮仓", start = 2016-05-01, new_use = "文化创意", new_use_registered_on = 2018-03-15 },
]
events = [
  { on = 2017-09-01, event = "applied" },
  { on = 2017-12-01, event = "listed" },
  { on = 2018-11-20, event = "cultivation_passed" },
]

[lists]
city = true
region = true
national = false
"""
    + _DOCUMENTS
    + """\
business_environment = "营商环境改善措施"
town_plans = "云溪镇总体规划"
industry_study = "陶艺文化产业研究策划"
"""
    + _FACTS.format("true", "false")
    + _SUPPLY.format(30.0, 26.0, 22.0, 17.0, 15.0),
    "T02": """\
linked_quota_ha = 2.0
county_code = "450299"
county_name = "云岭县"
type = "heavy_asset"
carrier = "产业园区"
population = 8200
social_investment = 12.0  # 亿元
total_investment = 16.0
industry_investment = 6.4
investment_done = 5.2
segment = "陶艺文化"
leading_industries = ["工业制造", "现代物流"]
linked_industries = ["休闲旅游"]
replacement_bank_ha = 5.0
replacement_bank_paddy_ha = 1.0
county_debt_ratio = 1.12
county_platform = "disguised_borrowing"
subsidy_paid = [{ on = 2017-11-01, amount_wan = 700 }, { on = 2018-10-15, amount_wan = 800 }]
reused_sites = [{ name = "旧砖厂", start = 2012-06-01, new_use = "众创空间" }]
events = [{ on = 2017-08-20, event = "applied" }, { on = 2017-10-20, event = "listed" }]

[lists]
city = true
region = false
national = false
"""
    + _DOCUMENTS
    + """\
business_environment = false
town_plans = "螺溪镇总体规划"
industry_study = false
"""
    + _FACTS.format("false", "true")
    + _SUPPLY.format(20.0, 18.0, 14.0, 11.0, 9.0).replace("supplied_ha = 2", "supplied_ha = 1"),
    "T03": """\
linked_quota_ha = 0.0
county_code = "450299"
county_name = "云岭县"
type = "heavy_asset"
carrier = "古商埠"
population = 9000
social_investment = 33.0  # 亿元
total_investment = 40.0
industry_investment = 20.0
investment_done = 8.0
segment = "竹木加工"
leading_industries = ["竹木加工"]
linked_industries = ["休闲旅游", "现代物流", "电子商务"]
replacement_bank_ha = 4.5
replacement_bank_paddy_ha = 1.0
county_debt_ratio = 1.0
county_platform = "market_reformed"
subsidy_paid = []
reused_sites = [{ name = "旧码头", start = 2014-03-01, new_use = "现代服务业" }]
events = [{ on = 2016-12-15, event = "applied" }]

[lists]
city = false
region = true
national = false
"""
    + _DOCUMENTS
    + """\
business_environment = "营商环境改善措施"
town_plans = "三江口镇总体规划"
industry_study = "竹木加工产业研究策划"
"""
    + _FACTS.format("false", "false")
    + _SUPPLY.format(26.0, 22.0, 18.0, 14.0, 9.0),
    "T04": """\
segment = "边贸物流"

[lists]
city = false
region = false
national = false
""",
}
"""What follows code, name and quota in each town's dossier."""
