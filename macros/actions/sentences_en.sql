{#- Written from metrics/sentences/en.yml by `python -m orchestration.kits`. `rules`: of these alone. -#}


{% macro action_title_en(row, rules=none) -%}
    case {{ row }}.rule_id
        {%- if not rules or 'ready_for_next_wave' in rules %}
        when 'ready_for_next_wave'
            then case when {{ row }}.department_key = 'all' then 'Company-wide'
                    else {{ row }}.department_name end
                || ': '
                || case
                    when {{ row }}.seats_to_move > 0 then 'move '
                        || case
                            when {{ row }}.seats_to_move < {{ row }}.free_seats then {{ whole_text(row ~ '.seats_to_move') }}
                                || ' of '
                            else ''
                        end
                        || 'the '
                        || {{ whole_text(row ~ '.free_seats') }}
                        || ' unassigned '
                        || {{ tool_text(row ~ '.tool') }}
                        || ' seats here, at no extra cost'
                    else 'plan the next '
                        || {{ tool_text(row ~ '.tool') }}
                        || ' seats here, '
                        || {{ percent_text(row ~ '.metric_value') }}
                        || ' of the present ones are in use'
                end
        {%- endif %}
        {%- if not rules or 'active_ratio_fell' in rules %}
        when 'active_ratio_fell'
            then case when {{ row }}.department_key = 'all' then 'Company-wide'
                    else {{ row }}.department_name end
                || ': '
                || {{ percent_text(row ~ '.metric_value') }}
                || ' of people used '
                || {{ tool_text(row ~ '.tool') }}
                || ', after '
                || {{ percent_text(row ~ '.comparison_value') }}
                || ' in the weeks before'
        {%- endif %}
        {%- if not rules or 'funnel_bottleneck' in rules %}
        when 'funnel_bottleneck'
            then case when {{ row }}.department_key = 'all' then 'Company-wide'
                    else {{ row }}.department_name end
                || ': '
                || {{ whole_text(row ~ '.people_stopping') }}
                || ' of '
                || {{ whole_text(row ~ '.comparison_value') }}
                || ' '
                || case
                    when {{ row }}.stage = 'first_use' then 'people with a '
                        || {{ tool_text(row ~ '.tool') }}
                        || ' seat have not used it yet'
                    when {{ row }}.stage = 'repeat_use' then 'people who tried '
                        || {{ tool_text(row ~ '.tool') }}
                        || ' have not used it again'
                    else 'people who used '
                        || {{ tool_text(row ~ '.tool') }}
                        || ' again have not made it a habit'
                end
        {%- endif %}
        {%- if not rules or 'depth_fell_while_sessions_rose' in rules %}
        when 'depth_fell_while_sessions_rose'
            then case when {{ row }}.department_key = 'all' then 'Company-wide'
                    else {{ row }}.department_name end
                || ': '
                || {{ tool_text(row ~ '.tool') }}
                || ' is opened more often, with '
                || {{ decimal_text(row ~ '.metric_value') }}
                || ' messages a session after '
                || {{ decimal_text(row ~ '.comparison_value') }}
        {%- endif %}
        {%- if not rules or 'frequent_short_sessions' in rules %}
        when 'frequent_short_sessions'
            then case when {{ row }}.department_key = 'all' then 'Company-wide'
                    else {{ row }}.department_name end
                || ': many short '
                || {{ tool_text(row ~ '.tool') }}
                || ' sessions, '
                || {{ decimal_text(row ~ '.metric_value') }}
                || ' messages each'
        {%- endif %}
        {%- if not rules or 'many_short_prompts' in rules %}
        when 'many_short_prompts'
            then case when {{ row }}.department_key = 'all' then 'Company-wide'
                    else {{ row }}.department_name end
                || ': '
                || {{ percent_text(row ~ '.metric_value') }}
                || ' of the prompts to '
                || {{ tool_text(row ~ '.tool') }}
                || ' are very short'
        {%- endif %}
        {%- if not rules or 'prompts_shortened' in rules %}
        when 'prompts_shortened'
            then case when {{ row }}.department_key = 'all' then 'Company-wide'
                    else {{ row }}.department_name end
                || ': prompts to '
                || {{ tool_text(row ~ '.tool') }}
                || ' became shorter, '
                || {{ whole_text(row ~ '.metric_value') }}
                || ' characters after '
                || {{ whole_text(row ~ '.comparison_value') }}
        {%- endif %}
        {%- if not rules or 'few_advanced_sessions' in rules %}
        when 'few_advanced_sessions'
            then case when {{ row }}.department_key = 'all' then 'Company-wide'
                    else {{ row }}.department_name end
                || ': '
                || {{ percent_text(row ~ '.metric_value') }}
                || ' of the '
                || {{ tool_text(row ~ '.tool') }}
                || ' sessions use an advanced model'
        {%- endif %}
        {%- if not rules or 'older_models_in_use' in rules %}
        when 'older_models_in_use'
            then case when {{ row }}.department_key = 'all' then 'Company-wide'
                    else {{ row }}.department_name end
                || ': '
                || {{ percent_text(row ~ '.metric_value') }}
                || ' of the use of '
                || {{ tool_text(row ~ '.tool') }}
                || ' is on older or simpler models'
        {%- endif %}
        {%- if not rules or 'department_behind' in rules %}
        when 'department_behind'
            then case when {{ row }}.department_key = 'all' then 'Company-wide'
                    else {{ row }}.department_name end
                || ': '
                || {{ percent_text(row ~ '.metric_value') }}
                || ' of people use an AI tool, '
                || {{ percent_text(row ~ '.comparison_value') }}
                || ' company-wide'
        {%- endif %}
        {%- if not rules or 'rare_short_sessions' in rules %}
        when 'rare_short_sessions'
            then case when {{ row }}.department_key = 'all' then 'Company-wide'
                    else {{ row }}.department_name end
                || ': '
                || {{ tool_text(row ~ '.tool') }}
                || ' is opened '
                || {{ decimal_text(row ~ '.metric_value') }}
                || ' times a week per person'
        {%- endif %}
        {%- if not rules or 'department_to_learn_from' in rules %}
        when 'department_to_learn_from'
            then case when {{ row }}.department_key = 'all' then 'Company-wide'
                    else {{ row }}.department_name end
                || ': use of '
                || {{ tool_text(row ~ '.tool') }}
                || ' grew from '
                || {{ percent_text(row ~ '.comparison_value') }}
                || ' to '
                || {{ percent_text(row ~ '.metric_value') }}
                || ' of its people in 14 weeks'
        {%- endif %}
        {%- if not rules or 'runaway_cost' in rules %}
        when 'runaway_cost'
            then case when {{ row }}.department_key = 'all' then 'Company-wide'
                    else {{ row }}.department_name end
                || ': '
                || {{ tool_text(row ~ '.tool') }}
                || ' cost '
                || {{ money_text(row ~ '.metric_value') }}
                || ' in '
                || {{ month_text(row ~ '.period_start') }}
                || ', usually '
                || {{ money_text(row ~ '.comparison_value') }}
        {%- endif %}
        {%- if not rules or 'cost_per_active_person_high' in rules %}
        when 'cost_per_active_person_high'
            then case when {{ row }}.department_key = 'all' then 'Company-wide'
                    else {{ row }}.department_name end
                || ': '
                || {{ tool_text(row ~ '.tool') }}
                || ' seats cost '
                || {{ money_text(row ~ '.metric_value') }}
                || ' a month per active person, elsewhere '
                || {{ money_text(row ~ '.comparison_value') }}
        {%- endif %}
        {%- if not rules or 'usage_without_price' in rules %}
        when 'usage_without_price'
            then {{ tool_text(row ~ '.tool') }}
                || ': '
                || {{ percent_text(row ~ '.metric_value') }}
                || ' of the tokens have a list price'
        {%- endif %}
        {%- if not rules or 'idle_seats' in rules %}
        when 'idle_seats'
            then case when {{ row }}.department_key = 'all' then 'Company-wide'
                    else {{ row }}.department_name end
                || ': '
                || {{ whole_text(row ~ '.idle_seats') }}
                || ' of '
                || {{ whole_text(row ~ '.seat_holders') }}
                || ' '
                || {{ tool_text(row ~ '.tool') }}
                || ' seats were not used in '
                || {{ month_text(row ~ '.period_start') }}
        {%- endif %}
        {%- if not rules or 'renewal_saving' in rules %}
        when 'renewal_saving'
            then 'Renew with fewer seats: about '
                || {{ money_text(row ~ '.metric_value') }}
                || ' a year can be saved'
        {%- endif %}
        {%- if not rules or 'seats_of_leavers' in rules %}
        when 'seats_of_leavers'
            then {{ whole_text(row ~ '.metric_value') }}
                || ' '
                || {{ tool_text(row ~ '.tool') }}
                || ' seats are assigned to people who have left'
        {%- endif %}
        {%- if not rules or 'duplicate_seats' in rules %}
        when 'duplicate_seats'
            then {{ whole_text(row ~ '.metric_value') }}
                || ' people hold a second '
                || {{ tool_text(row ~ '.tool') }}
                || ' seat'
        {%- endif %}
        {%- if not rules or 'few_people_carry_use' in rules %}
        when 'few_people_carry_use'
            then case when {{ row }}.department_key = 'all' then 'Company-wide'
                    else {{ row }}.department_name end
                || ': '
                || {{ percent_text(row ~ '.comparison_value') }}
                || ' of the '
                || {{ tool_text(row ~ '.tool') }}
                || ' users write '
                || {{ percent_text(row ~ '.metric_value') }}
                || ' of the messages'
        {%- endif %}
        {%- if not rules or 'no_power_users' in rules %}
        when 'no_power_users'
            then case when {{ row }}.department_key = 'all' then 'Company-wide'
                    else {{ row }}.department_name end
                || ': no power users of '
                || {{ tool_text(row ~ '.tool') }}
                || ' yet'
        {%- endif %}
        {%- if not rules or 'tool_hardly_used' in rules %}
        when 'tool_hardly_used'
            then {{ tool_text(row ~ '.tool') }}
                || ': '
                || {{ percent_text(row ~ '.metric_value') }}
                || ' of the people with a licence use it'
        {%- endif %}
        {%- if not rules or 'licences_overlap' in rules %}
        when 'licences_overlap'
            then 'People with a licence hold '
                || {{ decimal_text(row ~ '.metric_value') }}
                || ' tools on average'
        {%- endif %}
        {%- if not rules or 'source_is_stale' in rules %}
        when 'source_is_stale'
            then 'The source '
                || {{ row }}.item
                || ' is not up to date'
        {%- endif %}
        {%- if not rules or 'names_concealed' in rules %}
        when 'names_concealed'
            then 'The source '
                || {{ row }}.item
                || ' hides the names of users'
        {%- endif %}
        {%- if not rules or 'accounts_without_person' in rules %}
        when 'accounts_without_person'
            then {{ tool_text(row ~ '.tool') }}
                || ': '
                || {{ percent_text(row ~ '.metric_value') }}
                || ' of the accounts in use belong to a known person'
        {%- endif %}
        {%- if not rules or 'days_are_missing' in rules %}
        when 'days_are_missing'
            then 'The source '
                || {{ row }}.item
                || ': '
                || {{ whole_text(row ~ '.metric_value') }}
                || ' days are missing'
        {%- endif %}
        {%- if not rules or 'target_reached' in rules %}
        when 'target_reached'
            then case when {{ row }}.department_key = 'all' then 'Company-wide'
                    else {{ row }}.department_name end
                || ': target reached, '
                || {{ percent_text(row ~ '.metric_value') }}
                || ' '
                || case
                    when {{ row }}.target_metric = 'active_ratio' then 'of people use '
                        || case
                            when {{ row }}.tool = 'all' then 'an AI tool'
                            else {{ tool_text(row ~ '.tool') }}
                        end
                    when {{ row }}.target_metric = 'licensed_active_ratio' then 'of people with a licence of '
                        || {{ tool_text(row ~ '.tool') }}
                        || ' use it'
                    else 'of the sessions with '
                        || {{ tool_text(row ~ '.tool') }}
                        || ' use an advanced model'
                end
        {%- endif %}
        {%- if not rules or 'rollout_took_hold' in rules %}
        when 'rollout_took_hold'
            then case when {{ row }}.department_key = 'all' then 'Company-wide'
                    else {{ row }}.department_name end
                || ': '
                || {{ percent_text(row ~ '.metric_value') }}
                || ' of people with a '
                || {{ tool_text(row ~ '.tool') }}
                || ' seat have made it a habit'
        {%- endif %}
        {%- if not rules or 'company_use_grew' in rules %}
        when 'company_use_grew'
            then case when {{ row }}.department_key = 'all' then 'Company-wide'
                    else {{ row }}.department_name end
                || ': use of AI tools grew from '
                || {{ percent_text(row ~ '.comparison_value') }}
                || ' to '
                || {{ percent_text(row ~ '.metric_value') }}
                || ' of people in 14 weeks'
        {%- endif %}
        {%- if not rules or 'back_after_alarm' in rules %}
        when 'back_after_alarm'
            then case when {{ row }}.department_key = 'all' then 'Company-wide'
                    else {{ row }}.department_name end
                || ': use of AI tools is back at '
                || {{ percent_text(row ~ '.metric_value') }}
                || ' of its usual level'
        {%- endif %}
        {%- if not rules or 'seats_used_more' in rules %}
        when 'seats_used_more'
            then case when {{ row }}.department_key = 'all' then 'Company-wide'
                    else {{ row }}.department_name end
                || ': '
                || {{ percent_text(row ~ '.metric_value') }}
                || ' of people with a licence of '
                || {{ tool_text(row ~ '.tool') }}
                || ' use it, '
                || {{ percent_text(row ~ '.comparison_value') }}
                || ' 14 weeks before'
        {%- endif %}
        {%- if not rules or 'more_advanced_sessions' in rules %}
        when 'more_advanced_sessions'
            then case when {{ row }}.department_key = 'all' then 'Company-wide'
                    else {{ row }}.department_name end
                || ': advanced models in '
                || {{ percent_text(row ~ '.metric_value') }}
                || ' of the '
                || {{ tool_text(row ~ '.tool') }}
                || ' sessions, after '
                || {{ percent_text(row ~ '.comparison_value') }}
                || ' 14 weeks before'
        {%- endif %}
    end
{%- endmacro %}


{% macro action_title_money_en(row, rules=none) -%}
    case {{ row }}.rule_id
        {%- if not rules or 'idle_seats' in rules %}
        when 'idle_seats'
            then ', about '
                || {{ money_text(row ~ '.money_a_year') }}
                || ' a year'
        {%- endif %}
        {%- if not rules or 'seats_of_leavers' in rules %}
        when 'seats_of_leavers'
            then ', about '
                || {{ money_text(row ~ '.money_a_year') }}
                || ' a year'
        {%- endif %}
        {%- if not rules or 'duplicate_seats' in rules %}
        when 'duplicate_seats'
            then ', about '
                || {{ money_text(row ~ '.money_a_year') }}
                || ' a year'
        {%- endif %}
    end
{%- endmacro %}


{% macro action_reason_en(row, rules=none) -%}
    case {{ row }}.rule_id
        {%- if not rules or 'ready_for_next_wave' in rules %}
        when 'ready_for_next_wave'
            then 'In the week of '
                || {{ day_text(row ~ '.period_start') }}
                || ', '
                || {{ percent_text(row ~ '.metric_value') }}
                || ' of the '
                || {{ whole_text(row ~ '.licensed_people') }}
                || ' people with a licence of '
                || {{ tool_text(row ~ '.tool') }}
                || ' used it'
                || case
                    when {{ row }}.comparison_value is not null then ' (company-wide '
                        || {{ percent_text(row ~ '.comparison_value') }}
                        || ')'
                    else ''
                end
                || '; '
                || {{ whole_text(row ~ '.people_without') }}
                || ' of '
                || {{ whole_text(row ~ '.headcount') }}
                || ' people have none.'
                || case
                    when {{ row }}.seats_to_move > 0 then ' At the end of '
                        || {{ month_text(row ~ '.free_month') }}
                        || ', '
                        || {{ whole_text(row ~ '.free_seats') }}
                        || ' seats were paid for and unassigned.'
                    else ''
                end
        {%- endif %}
        {%- if not rules or 'active_ratio_fell' in rules %}
        when 'active_ratio_fell'
            then 'In the week of '
                || {{ day_text(row ~ '.period_start') }}
                || ', '
                || {{ whole_text(row ~ '.active_people') }}
                || ' of '
                || {{ whole_text(row ~ '.headcount') }}
                || ' people used '
                || {{ tool_text(row ~ '.tool') }}
                || '. That is '
                || {{ percent_text(row ~ '.metric_value') }}
                || '; the mean of the weeks before is '
                || {{ percent_text(row ~ '.comparison_value') }}
                || '.'
        {%- endif %}
        {%- if not rules or 'funnel_bottleneck' in rules %}
        when 'funnel_bottleneck'
            then 'By the week of '
                || {{ day_text(row ~ '.period_start') }}
                || ', '
                || {{ whole_text(row ~ '.people_reaching') }}
                || ' of '
                || {{ whole_text(row ~ '.comparison_value') }}
                || ' '
                || case
                    when {{ row }}.stage = 'first_use' then 'people with a '
                        || {{ tool_text(row ~ '.tool') }}
                        || ' seat had used it'
                    when {{ row }}.stage = 'repeat_use' then 'people who tried '
                        || {{ tool_text(row ~ '.tool') }}
                        || ' had used it again'
                    else 'people who used '
                        || {{ tool_text(row ~ '.tool') }}
                        || ' again had made it a habit'
                end
                || '.'
        {%- endif %}
        {%- if not rules or 'depth_fell_while_sessions_rose' in rules %}
        when 'depth_fell_while_sessions_rose'
            then 'In the four weeks to the week of '
                || {{ day_text(row ~ '.period_start') }}
                || ', people opened '
                || {{ tool_text(row ~ '.tool') }}
                || ' '
                || {{ decimal_text(row ~ '.sessions_each') }}
                || ' times a week each, with '
                || {{ decimal_text(row ~ '.metric_value') }}
                || ' messages a session; 14 weeks before, it was '
                || {{ decimal_text(row ~ '.sessions_each_before') }}
                || ' times and '
                || {{ decimal_text(row ~ '.comparison_value') }}
                || ' messages.'
        {%- endif %}
        {%- if not rules or 'frequent_short_sessions' in rules %}
        when 'frequent_short_sessions'
            then 'In the week of '
                || {{ day_text(row ~ '.period_start') }}
                || ', people who used '
                || {{ tool_text(row ~ '.tool') }}
                || ' opened it '
                || {{ decimal_text(row ~ '.sessions_each') }}
                || ' times each, with '
                || {{ decimal_text(row ~ '.messages_each') }}
                || ' messages a session; the median of the departments that are shown is '
                || {{ decimal_text(row ~ '.median_sessions') }}
                || ' times and '
                || {{ decimal_text(row ~ '.median_messages') }}
                || ' messages.'
        {%- endif %}
        {%- if not rules or 'many_short_prompts' in rules %}
        when 'many_short_prompts'
            then 'In the week of '
                || {{ day_text(row ~ '.period_start') }}
                || ', '
                || {{ percent_text(row ~ '.metric_value') }}
                || ' of '
                || {{ whole_text(row ~ '.prompts') }}
                || ' prompts to '
                || {{ tool_text(row ~ '.tool') }}
                || ' had fewer than 50 characters'
                || case
                    when {{ row }}.comparison_value is not null then '; company-wide it was '
                        || {{ percent_text(row ~ '.comparison_value') }}
                    else ''
                end
                || '.'
        {%- endif %}
        {%- if not rules or 'prompts_shortened' in rules %}
        when 'prompts_shortened'
            then 'In the four weeks to the week of '
                || {{ day_text(row ~ '.period_start') }}
                || ', a prompt to '
                || {{ tool_text(row ~ '.tool') }}
                || ' had '
                || {{ whole_text(row ~ '.metric_value') }}
                || ' characters on average; 14 weeks before, it had '
                || {{ whole_text(row ~ '.comparison_value') }}
                || '.'
        {%- endif %}
        {%- if not rules or 'few_advanced_sessions' in rules %}
        when 'few_advanced_sessions'
            then 'In the week of '
                || {{ day_text(row ~ '.period_start') }}
                || ', '
                || {{ percent_text(row ~ '.metric_value') }}
                || ' of the sessions with '
                || {{ tool_text(row ~ '.tool') }}
                || ' ran on an advanced model'
                || case
                    when {{ row }}.comparison_value is not null then '; company-wide it was '
                        || {{ percent_text(row ~ '.comparison_value') }}
                    else ''
                end
                || '.'
        {%- endif %}
        {%- if not rules or 'older_models_in_use' in rules %}
        when 'older_models_in_use'
            then 'In the week of '
                || {{ day_text(row ~ '.period_start') }}
                || ', '
                || {{ percent_text(row ~ '.metric_value') }}
                || ' of the use of '
                || {{ tool_text(row ~ '.tool') }}
                || ' with a known model was on models of the standard tier ('
                || {{ row }}.families
                || ').'
        {%- endif %}
        {%- if not rules or 'department_behind' in rules %}
        when 'department_behind'
            then 'In the week of '
                || {{ day_text(row ~ '.period_start') }}
                || ', '
                || {{ whole_text(row ~ '.active_people') }}
                || ' of '
                || {{ whole_text(row ~ '.headcount') }}
                || ' people used any of the AI tools: '
                || {{ percent_text(row ~ '.metric_value') }}
                || ', and company-wide '
                || {{ percent_text(row ~ '.comparison_value') }}
                || '.'
        {%- endif %}
        {%- if not rules or 'rare_short_sessions' in rules %}
        when 'rare_short_sessions'
            then 'In the week of '
                || {{ day_text(row ~ '.period_start') }}
                || ', people who used '
                || {{ tool_text(row ~ '.tool') }}
                || ' opened it '
                || {{ decimal_text(row ~ '.sessions_each') }}
                || ' times each, with '
                || {{ decimal_text(row ~ '.messages_each') }}
                || ' messages a session; the median of the departments that are shown is '
                || {{ decimal_text(row ~ '.median_sessions') }}
                || ' times and '
                || {{ decimal_text(row ~ '.median_messages') }}
                || ' messages.'
        {%- endif %}
        {%- if not rules or 'department_to_learn_from' in rules %}
        when 'department_to_learn_from'
            then 'In the four weeks to the week of '
                || {{ day_text(row ~ '.period_start') }}
                || ', '
                || {{ percent_text(row ~ '.metric_value') }}
                || ' of its people used '
                || {{ tool_text(row ~ '.tool') }}
                || ' on average; 14 weeks before, it was '
                || {{ percent_text(row ~ '.comparison_value') }}
                || '. Company-wide it is '
                || {{ percent_text(row ~ '.company_value') }}
                || ' in the last of these weeks.'
        {%- endif %}
        {%- if not rules or 'runaway_cost' in rules %}
        when 'runaway_cost'
            then 'In '
                || {{ month_text(row ~ '.period_start') }}
                || ', '
                || {{ tool_text(row ~ '.tool') }}
                || ' cost '
                || {{ money_text(row ~ '.metric_value') }}
                || '; the median of the '
                || {{ whole_text(row ~ '.months_compared') }}
                || ' complete months before is '
                || {{ money_text(row ~ '.comparison_value') }}
                || ' ('
                || case
                    when {{ row }}.cost_basis = 'billed' then 'as billed'
                    when {{ row }}.cost_basis = 'credits' then 'credits at their price'
                    when {{ row }}.cost_basis = 'vendor_estimate' then 'estimated by the vendor'
                    else 'tokens at list prices'
                end
                || '). At this level it is '
                || {{ money_text(row ~ '.money_a_year') }}
                || ' more a year.'
        {%- endif %}
        {%- if not rules or 'cost_per_active_person_high' in rules %}
        when 'cost_per_active_person_high'
            then 'In '
                || {{ month_text(row ~ '.period_start') }}
                || ', the seats of '
                || {{ tool_text(row ~ '.tool') }}
                || ' cost '
                || {{ money_text(row ~ '.cost') }}
                || ', that is '
                || {{ money_text(row ~ '.metric_value') }}
                || ' for each active person; the median of '
                || {{ whole_text(row ~ '.departments_compared') }}
                || ' departments that are shown is '
                || {{ money_text(row ~ '.comparison_value') }}
                || '.'
        {%- endif %}
        {%- if not rules or 'usage_without_price' in rules %}
        when 'usage_without_price'
            then 'In '
                || {{ month_text(row ~ '.period_start') }}
                || ', about '
                || {{ whole_text(row ~ '.thousand_tokens') }}
                || ' thousand tokens of '
                || {{ tool_text(row ~ '.tool') }}
                || ' had no list price; '
                || {{ percent_text(row ~ '.metric_value') }}
                || ' of all have one.'
        {%- endif %}
        {%- if not rules or 'idle_seats' in rules %}
        when 'idle_seats'
            then 'In '
                || {{ month_text(row ~ '.period_start') }}
                || ', '
                || {{ whole_text(row ~ '.seats_active') }}
                || ' of '
                || {{ whole_text(row ~ '.seat_holders') }}
                || ' people with a seat of '
                || {{ tool_text(row ~ '.tool') }}
                || ' used it'
                || case
                    when {{ row }}.idle_cost is not null then '; the seats of the other '
                        || {{ whole_text(row ~ '.idle_seats') }}
                        || ' cost about '
                        || {{ money_text(row ~ '.idle_cost') }}
                        || ' a month'
                    else ''
                end
                || '.'
        {%- endif %}
        {%- if not rules or 'renewal_saving' in rules %}
        when 'renewal_saving'
            then 'Not needed, and above the minimum of the contract: '
                || {{ row }}.products
                || '.'
        {%- endif %}
        {%- if not rules or 'seats_of_leavers' in rules %}
        when 'seats_of_leavers'
            then 'At the end of '
                || {{ month_text(row ~ '.period_start') }}
                || ', '
                || {{ whole_text(row ~ '.metric_value') }}
                || ' seats of '
                || {{ tool_text(row ~ '.tool') }}
                || ' were held by people who had left.'
        {%- endif %}
        {%- if not rules or 'duplicate_seats' in rules %}
        when 'duplicate_seats'
            then 'At the end of '
                || {{ month_text(row ~ '.period_start') }}
                || ', '
                || {{ whole_text(row ~ '.metric_value') }}
                || ' seats of '
                || {{ tool_text(row ~ '.tool') }}
                || ' were a second seat of the same person.'
        {%- endif %}
        {%- if not rules or 'few_people_carry_use' in rules %}
        when 'few_people_carry_use'
            then 'In '
                || {{ month_text(row ~ '.period_start') }}
                || ', power users were '
                || {{ percent_text(row ~ '.comparison_value') }}
                || ' of the people active in '
                || {{ tool_text(row ~ '.tool') }}
                || ' and wrote '
                || {{ percent_text(row ~ '.metric_value') }}
                || ' of the messages.'
        {%- endif %}
        {%- if not rules or 'no_power_users' in rules %}
        when 'no_power_users'
            then 'In '
                || {{ month_text(row ~ '.period_start') }}
                || ', none of '
                || {{ whole_text(row ~ '.active_people') }}
                || ' people active in '
                || {{ tool_text(row ~ '.tool') }}
                || ' was a power user; the company has '
                || {{ whole_text(row ~ '.comparison_value') }}
                || '.'
        {%- endif %}
        {%- if not rules or 'tool_hardly_used' in rules %}
        when 'tool_hardly_used'
            then 'In the week of '
                || {{ day_text(row ~ '.period_start') }}
                || ', '
                || {{ percent_text(row ~ '.metric_value') }}
                || ' of '
                || {{ whole_text(row ~ '.licensed_people') }}
                || ' people with a licence of '
                || {{ tool_text(row ~ '.tool') }}
                || ' used it.'
        {%- endif %}
        {%- if not rules or 'licences_overlap' in rules %}
        when 'licences_overlap'
            then 'In the week of '
                || {{ day_text(row ~ '.period_start') }}
                || ', '
                || {{ whole_text(row ~ '.licensed_people') }}
                || ' people held '
                || {{ whole_text(row ~ '.held_licences') }}
                || ' licences of different tools.'
        {%- endif %}
        {%- if not rules or 'source_is_stale' in rules %}
        when 'source_is_stale'
            then 'The source '
                || {{ row }}.item
                || ' is behind in '
                || {{ whole_text(row ~ '.metric_value') }}
                || ' of its parts'
                || case
                    when {{ row }}.stale_through is not null then '; the oldest was read through '
                        || {{ day_text(row ~ '.stale_through') }}
                    else ''
                end
                || '.'
        {%- endif %}
        {%- if not rules or 'names_concealed' in rules %}
        when 'names_concealed'
            then 'The newest report of the source '
                || {{ row }}.item
                || ' hides the names, in '
                || {{ whole_text(row ~ '.metric_value') }}
                || ' of its parts.'
        {%- endif %}
        {%- if not rules or 'accounts_without_person' in rules %}
        when 'accounts_without_person'
            then 'In the week of '
                || {{ day_text(row ~ '.period_start') }}
                || ', '
                || {{ whole_text(row ~ '.unmatched_accounts') }}
                || ' of '
                || {{ whole_text(row ~ '.accounts') }}
                || ' accounts of '
                || {{ tool_text(row ~ '.tool') }}
                || ' belonged to no known person.'
        {%- endif %}
        {%- if not rules or 'days_are_missing' in rules %}
        when 'days_are_missing'
            then 'Of a part of the source '
                || {{ row }}.item
                || ', '
                || {{ whole_text(row ~ '.metric_value') }}
                || ' days were never read or only in part.'
        {%- endif %}
        {%- if not rules or 'target_reached' in rules %}
        when 'target_reached'
            then 'The target of '
                || {{ percent_text(row ~ '.comparison_value') }}
                || ', due on '
                || {{ day_text(row ~ '.due_day') }}
                || ', was reached in each of the '
                || {{ whole_text(row ~ '.weeks_reached') }}
                || ' weeks shown up to the week of '
                || {{ day_text(row ~ '.period_start') }}
                || '; in that week it was '
                || {{ percent_text(row ~ '.metric_value') }}
                || '.'
        {%- endif %}
        {%- if not rules or 'rollout_took_hold' in rules %}
        when 'rollout_took_hold'
            then {{ tool_text(row ~ '.tool') }}
                || ' was given to '
                || case when {{ row }}.department_key = 'all' then 'Company-wide'
                    else {{ row }}.department_name end
                || ' on '
                || {{ day_text(row ~ '.rollout_day') }}
                || '. In the week of '
                || {{ day_text(row ~ '.period_start') }}
                || ', '
                || {{ whole_text(row ~ '.people_reaching') }}
                || ' of '
                || {{ whole_text(row ~ '.holders') }}
                || ' people with a seat had made it a habit.'
        {%- endif %}
        {%- if not rules or 'company_use_grew' in rules %}
        when 'company_use_grew'
            then 'In the four weeks to the week of '
                || {{ day_text(row ~ '.period_start') }}
                || ', '
                || {{ percent_text(row ~ '.metric_value') }}
                || ' of people used any of the AI tools on average; 14 weeks before, it was '
                || {{ percent_text(row ~ '.comparison_value') }}
                || '.'
        {%- endif %}
        {%- if not rules or 'back_after_alarm' in rules %}
        when 'back_after_alarm'
            then 'The share of people who use any of the AI tools, beside the rest of the company, had an '
                || 'alarm in the week of '
                || {{ day_text(row ~ '.alarm_week') }}
                || '. In the four weeks to the week of '
                || {{ day_text(row ~ '.period_start') }}
                || ' it was '
                || {{ percent_text(row ~ '.metric_value') }}
                || ' of what was usual before, and there was no alarm.'
        {%- endif %}
        {%- if not rules or 'seats_used_more' in rules %}
        when 'seats_used_more'
            then 'In the four weeks to the week of '
                || {{ day_text(row ~ '.period_start') }}
                || ', '
                || {{ percent_text(row ~ '.metric_value') }}
                || ' of people with a licence of '
                || {{ tool_text(row ~ '.tool') }}
                || ' used it on average, and about '
                || {{ whole_text(row ~ '.people_idle') }}
                || ' did not; 14 weeks before, it was '
                || {{ percent_text(row ~ '.comparison_value') }}
                || ' and '
                || {{ whole_text(row ~ '.people_idle_before') }}
                || '.'
        {%- endif %}
        {%- if not rules or 'more_advanced_sessions' in rules %}
        when 'more_advanced_sessions'
            then 'In the four weeks to the week of '
                || {{ day_text(row ~ '.period_start') }}
                || ', '
                || {{ percent_text(row ~ '.metric_value') }}
                || ' of the sessions with '
                || {{ tool_text(row ~ '.tool') }}
                || ' ran on an advanced model on average; 14 weeks before, it was '
                || {{ percent_text(row ~ '.comparison_value') }}
                || '. Company-wide it was '
                || {{ percent_text(row ~ '.company_value') }}
                || ' in the last of these weeks.'
        {%- endif %}
    end
{%- endmacro %}


{% macro action_proposal_en(row, rules=none) -%}
    case {{ row }}.rule_id
        {%- if not rules or 'ready_for_next_wave' in rules %}
        when 'ready_for_next_wave'
            then 'People here use their seats, and many have none. Assign free seats first, and buy more '
                || 'when none is left.'
        {%- endif %}
        {%- if not rules or 'active_ratio_fell' in rules %}
        when 'active_ratio_fell'
            then 'Ask what changed: a holiday, a change in the tool, or other work. Offer help where it is '
                || 'wanted.'
        {%- endif %}
        {%- if not rules or 'funnel_bottleneck' in rules %}
        when 'funnel_bottleneck'
            then 'Offer an introduction to people who have a seat, and ask who does not need one.'
        {%- endif %}
        {%- if not rules or 'depth_fell_while_sessions_rose' in rules %}
        when 'depth_fell_while_sessions_rose'
            then 'Ask the team what changed: people start again when answers do not help. Offer an hour on '
                || 'working through a task in one conversation.'
        {%- endif %}
        {%- if not rules or 'frequent_short_sessions' in rules %}
        when 'frequent_short_sessions'
            then 'Look at what is asked again and again. A shared prompt, a template or a custom assistant '
                || 'would save time.'
        {%- endif %}
        {%- if not rules or 'many_short_prompts' in rules %}
        when 'many_short_prompts'
            then {{ dbt.string_literal(dbt.escape_single_quotes("Offer three examples from the department's own work that show what context, task and ")) }}
                || 'format add to a prompt.'
        {%- endif %}
        {%- if not rules or 'prompts_shortened' in rules %}
        when 'prompts_shortened'
            then 'Ask whether templates now do the rest or context is left out. Offer examples where it is '
                || 'the latter.'
        {%- endif %}
        {%- if not rules or 'few_advanced_sessions' in rules %}
        when 'few_advanced_sessions'
            then 'Say which tasks deserve the stronger model, and make it the default where the contract '
                || 'allows.'
        {%- endif %}
        {%- if not rules or 'older_models_in_use' in rules %}
        when 'older_models_in_use'
            then 'Check whether these models suit the work or are an old default. Change the default, and '
                || 'remove old models where an administrator can.'
        {%- endif %}
        {%- if not rules or 'department_behind' in rules %}
        when 'department_behind'
            then 'Find out why: missing seats, work that the tools do not suit, or no training so far. Offer'
                || ' seats and training where they would help.'
        {%- endif %}
        {%- if not rules or 'rare_short_sessions' in rules %}
        when 'rare_short_sessions'
            then {{ dbt.string_literal(dbt.escape_single_quotes("Offer an hour with examples from the department's own work that show what the tool is good")) }}
                || ' for.'
        {%- endif %}
        {%- if not rules or 'department_to_learn_from' in rules %}
        when 'department_to_learn_from'
            then 'Ask what worked, and share it with the other departments.'
        {%- endif %}
        {%- if not rules or 'runaway_cost' in rules %}
        when 'runaway_cost'
            then 'Ask the team what changed. If the work is worth it, budget for it; if not, set a spending '
                || 'limit with the vendor.'
        {%- endif %}
        {%- if not rules or 'cost_per_active_person_high' in rules %}
        when 'cost_per_active_person_high'
            then 'Compare seats with use: fewer seats or more use bring this down.'
        {%- endif %}
        {%- if not rules or 'usage_without_price' in rules %}
        when 'usage_without_price'
            then 'Add the missing prices to price_overrides.csv. Until then the cost at list prices is too '
                || 'low.'
        {%- endif %}
        {%- if not rules or 'idle_seats' in rules %}
        when 'idle_seats'
            then {{ dbt.string_literal(dbt.escape_single_quotes("Offer a short training for the department's own work, ask who still needs a seat, and move")) }}
                || ' the others to people who want one or give them back at renewal.'
        {%- endif %}
        {%- if not rules or 'renewal_saving' in rules %}
        when 'renewal_saving'
            then 'Tell the vendors before the renewal how many seats you need. Seats that you assign before '
                || 'then are not saved.'
        {%- endif %}
        {%- if not rules or 'seats_of_leavers' in rules %}
        when 'seats_of_leavers'
            then 'Take these seats back, and make that part of the exit process.'
        {%- endif %}
        {%- if not rules or 'duplicate_seats' in rules %}
        when 'duplicate_seats'
            then 'Keep one seat for each person and take back the other.'
        {%- endif %}
        {%- if not rules or 'few_people_carry_use' in rules %}
        when 'few_people_carry_use'
            then 'Let experienced users show colleagues what they do. Nobody needs to be named for that.'
        {%- endif %}
        {%- if not rules or 'no_power_users' in rules %}
        when 'no_power_users'
            then 'Offer time and support to two or three volunteers who try it on their daily work.'
        {%- endif %}
        {%- if not rules or 'tool_hardly_used' in rules %}
        when 'tool_hardly_used'
            then 'Decide before the renewal whether to offer an introduction or to have fewer licences.'
        {%- endif %}
        {%- if not rules or 'licences_overlap' in rules %}
        when 'licences_overlap'
            then 'Compare what each tool is used for, and assign a second one where the work needs both.'
        {%- endif %}
        {%- if not rules or 'source_is_stale' in rules %}
        when 'source_is_stale'
            then 'Have the connection of this source repaired. Until then its newest figures are too low; '
                || 'decide nothing on them.'
        {%- endif %}
        {%- if not rules or 'names_concealed' in rules %}
        when 'names_concealed'
            then 'Have the reports switched to show names, as the connection guide says. Without them this '
                || 'tool has no figures by department.'
        {%- endif %}
        {%- if not rules or 'accounts_without_person' in rules %}
        when 'accounts_without_person'
            then 'Look at the reasons on the page Trust. A list of logins or of service accounts usually '
                || 'closes the gap.'
        {%- endif %}
        {%- if not rules or 'days_are_missing' in rules %}
        when 'days_are_missing'
            then 'Load the days again while the vendor still has them, and treat trends over these days with'
                || ' care.'
        {%- endif %}
        {%- if not rules or 'target_reached' in rules %}
        when 'target_reached'
            then 'Say so, and thank those who made it possible. Then decide whether to hold this level or to'
                || ' set the next target.'
        {%- endif %}
        {%- if not rules or 'rollout_took_hold' in rules %}
        when 'rollout_took_hold'
            then 'Write down how this rollout was done, and do the next one the same way.'
        {%- endif %}
        {%- if not rules or 'company_use_grew' in rules %}
        when 'company_use_grew'
            then 'Say so in the company. The departments whose use grew can tell what worked.'
        {%- endif %}
        {%- if not rules or 'back_after_alarm' in rules %}
        when 'back_after_alarm'
            then 'Ask what brought people back, and note it for the next time.'
        {%- endif %}
        {%- if not rules or 'seats_used_more' in rules %}
        when 'seats_used_more'
            then 'Ask what made the difference, and offer it where seats are idle.'
        {%- endif %}
        {%- if not rules or 'more_advanced_sessions' in rules %}
        when 'more_advanced_sessions'
            then 'Ask for which tasks the stronger models pay off, and share it with the other departments.'
        {%- endif %}
    end
{%- endmacro %}


{% macro action_comparison_en(row, rules=none) -%}
    case {{ row }}.rule_id
        {%- if not rules or 'ready_for_next_wave' in rules %}
        when 'ready_for_next_wave'
            then 'the company'
        {%- endif %}
        {%- if not rules or 'active_ratio_fell' in rules %}
        when 'active_ratio_fell'
            then 'mean of the four weeks before'
        {%- endif %}
        {%- if not rules or 'funnel_bottleneck' in rules %}
        when 'funnel_bottleneck'
            then 'people at the stage before'
        {%- endif %}
        {%- if not rules or 'depth_fell_while_sessions_rose' in rules %}
        when 'depth_fell_while_sessions_rose'
            then 'mean of four weeks, 14 weeks before'
        {%- endif %}
        {%- if not rules or 'frequent_short_sessions' in rules %}
        when 'frequent_short_sessions'
            then 'median of the departments'
        {%- endif %}
        {%- if not rules or 'many_short_prompts' in rules %}
        when 'many_short_prompts'
            then 'the company'
        {%- endif %}
        {%- if not rules or 'prompts_shortened' in rules %}
        when 'prompts_shortened'
            then 'mean of four weeks, 14 weeks before'
        {%- endif %}
        {%- if not rules or 'few_advanced_sessions' in rules %}
        when 'few_advanced_sessions'
            then 'the company'
        {%- endif %}
        {%- if not rules or 'department_behind' in rules %}
        when 'department_behind'
            then 'the company'
        {%- endif %}
        {%- if not rules or 'rare_short_sessions' in rules %}
        when 'rare_short_sessions'
            then 'median of the departments'
        {%- endif %}
        {%- if not rules or 'department_to_learn_from' in rules %}
        when 'department_to_learn_from'
            then 'mean of four weeks, 14 weeks before'
        {%- endif %}
        {%- if not rules or 'runaway_cost' in rules %}
        when 'runaway_cost'
            then 'median of the months before'
        {%- endif %}
        {%- if not rules or 'cost_per_active_person_high' in rules %}
        when 'cost_per_active_person_high'
            then 'median of the departments'
        {%- endif %}
        {%- if not rules or 'idle_seats' in rules %}
        when 'idle_seats'
            then 'the company'
        {%- endif %}
        {%- if not rules or 'renewal_saving' in rules %}
        when 'renewal_saving'
            then 'cost of these seats in a year'
        {%- endif %}
        {%- if not rules or 'few_people_carry_use' in rules %}
        when 'few_people_carry_use'
            then 'share of the active people'
        {%- endif %}
        {%- if not rules or 'no_power_users' in rules %}
        when 'no_power_users'
            then 'the company'
        {%- endif %}
        {%- if not rules or 'target_reached' in rules %}
        when 'target_reached'
            then 'the target'
        {%- endif %}
        {%- if not rules or 'company_use_grew' in rules %}
        when 'company_use_grew'
            then 'mean of four weeks, 14 weeks before'
        {%- endif %}
        {%- if not rules or 'seats_used_more' in rules %}
        when 'seats_used_more'
            then 'mean of four weeks, 14 weeks before'
        {%- endif %}
        {%- if not rules or 'more_advanced_sessions' in rules %}
        when 'more_advanced_sessions'
            then 'mean of four weeks, 14 weeks before'
        {%- endif %}
    end
{%- endmacro %}


{% macro action_since_en(row) -%}
    'Every '
    || case
        when {{ row }}.period_type = 'month' then 'month shown since '
            || {{ month_text(row ~ '.open_since') }}
        else 'week shown since '
            || {{ day_text(row ~ '.open_since') }}
    end
    || ' says the same.'
{%- endmacro %}


{% macro older_models_in_use_item_en(row) -%}
    {{ row }}.model_family
    || ' '
    || {{ percent_text(row ~ '.share') }}
{%- endmacro %}


{% macro renewal_saving_item_en(row) -%}
    {{ tool_text(row ~ '.product') }}
    || ': '
    || {{ money_text(row ~ '.saving') }}
    || ' of '
    || {{ money_text(row ~ '.whole_cost') }}
    || ' a month in '
    || {{ month_text(row ~ '.month_start') }}
    || case
        when {{ row }}.reason = 'unused' then ', when no known person used it'
        when {{ row }}.reason = 'more than people' then ', '
            || {{ whole_text(row ~ '.purchased') }}
            || ' seats for '
            || {{ whole_text(row ~ '.headcount') }}
            || ' people'
        else ''
    end
    || case
        when {{ row }}.contract_minimum = 'binding' then ', no more because of the contract minimum of '
            || {{ whole_text(row ~ '.minimum_seats') }}
            || ' seats'
        when {{ row }}.contract_minimum = 'lower' then ', contract minimum '
            || {{ whole_text(row ~ '.minimum_seats') }}
            || ' of '
            || {{ whole_text(row ~ '.purchased') }}
            || ' seats'
        else ''
    end
    || case
        when {{ row }}.renewal_ahead is not null then ', renewal on '
            || {{ day_text(row ~ '.renewal_ahead') }}
        else ', renewal date not known'
    end
{%- endmacro %}
