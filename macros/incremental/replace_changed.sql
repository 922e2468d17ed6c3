{#-
    Incremental strategy `replace_changed`: tables by day behind the join of people, costs and prices.

    Their past can change (a late link, a back-dated move, a price), so the days that were fetched do not say
    which rows are out of date. `int_input_changes` compares what these tables are made of with what it was, and
    counts versions; each table has in `inputs_version` the version that it was built from. A build then deletes
    and inserts again, in one transaction,

    - all rows of the days on which the facts changed,
    - all rows of the people and accounts whose attribution changed,

    and builds the table wholly where anything else changed, where much did, and where there is no table yet
    or one without a version. Which inputs a table has follows from the graph (inputs_of_table); a new kind of
    input is an error until it is listed below.

    The model states its column of days, and the keys by which its rows follow the attribution of people:

        {{ config(
            materialized=kind_built_by_changes(),
            incremental_strategy='replace_changed',
            meta={'replace_changed': {'day': 'activity_date', 'keys': {'person_key': 'people'}}}
        ) }}
        {%- set changes = changes_since_built() %}
        with days as (
            select * from {{ ref('…') }}
            {%- if changes %}
            where {{ is_changed(changes, {'activity_date': 'days', 'person_key': 'people'}) }}
            {%- endif %}
        )
        select …, {{ inputs_version() }} as inputs_version, activity_date from …

    Without keys a table that depends on people (departments of a day) takes whole days on which anybody's
    attribution changed. Engines without row_hash build these tables wholly, as plain tables.
-#}
{% macro get_incremental_replace_changed_sql(arg_dict) %}
    {%- set settings = model.config.meta['replace_changed'] -%}
    {%- set columns = arg_dict['dest_columns'] | map(attribute='quoted') | join(', ') -%}
    {%- set wanted = {settings['day']: 'days'} -%}
    {%- do wanted.update(settings.get('keys', {})) -%}
    delete from {{ arg_dict['target_relation'] }}
    where {{ is_changed(changes_since_built(), wanted) }};

    insert into {{ arg_dict['target_relation'] }} ({{ columns }})
    select {{ columns }}
    from {{ arg_dict['temp_relation'] }}
{% endmacro %}


{#- Whether this engine has row_hash. Of the others, Parquet on Spark could not delete by key either. -#}
{% macro is_built_by_changes() -%}
    {{ return(target.type == 'duckdb') }}
{%- endmacro %}

{% macro kind_built_by_changes() -%}
    {{ return('incremental' if is_built_by_changes() else 'table') }}
{%- endmacro %}


{#- Facts by day that these tables are made of, with the column of the day. Equal content is no change: a
    look-back that brings nothing new rebuilds nothing. -#}
{% macro day_inputs() -%}
    {{ return({
        'int_account_message_days': 'activity_date',
        'int_account_turn_days': 'activity_date',
        'int_account_sessions': 'activity_date',
        'int_measure_owners': 'activity_date',
        'int_seat_days': 'seat_date',
        'port_cost_lines': 'usage_date',
        'port_credit_days': 'usage_date',
        'port_feature_days': 'activity_date',
        'port_model_days': 'activity_date',
        'port_session_parts': 'session_date',
        'port_signs_of_life': 'activity_date',
        'port_usage_days': 'activity_date',
    }) }}
{%- endmacro %}

{#- What may concern any row: a change builds a table wholly. -#}
{% macro whole_inputs() -%}
    {{ return([
        'int_metric_capabilities', 'int_prices', 'model_aliases', 'model_tiers', 'models',
        'stg_company__credit_rates', 'stg_company__exchange_rates', 'stg_company__seat_contracts', 'tools',
    ]) }}
{%- endmacro %}

{#- Who an account is on a day, and where that person works: by key, and by day for tables without keys. -#}
{% macro attribution_inputs() -%}
    {{ return({'int_account_people': 'linked_days', 'int_organisation_history': 'department_days'}) }}
{%- endmacro %}


{#- The version of the inputs that this build knows. -#}
{% macro inputs_version() -%}
    {%- if model.resource_type == 'unit_test' -%}
        cast(null as {{ dbt.type_bigint() }})
    {%- else -%}
        (select max(version) from {{ ref('int_input_changes') }})
    {%- endif -%}
{%- endmacro %}


{#-
    What changed since this table was built: a dict of `days`, `people` and `accounts` (those of changed people
    included), all of them lists; none where the table is to be built wholly.
-#}
{% macro changes_since_built() -%}
    {%- if model.resource_type == 'unit_test' -%}
        {{- return(none) -}}
    {%- endif -%}
    {%- set log = ref('int_input_changes') -%}
    {%- if not execute or not flags.INTROSPECT or flags.FULL_REFRESH -%}
        {{- return(none) -}}
    {%- endif -%}
    {%- set built = load_cached_relation(this) -%}
    {%- if model.config.materialized != 'incremental' or built is none or not built.is_table -%}
        {{- return(none) -}}
    {%- endif -%}
    {%- set names = adapter.get_columns_in_relation(built) | map(attribute='name') | list -%}
    {%- if 'inputs_version' not in names -%}
        {{- return(none) -}}
    {%- endif -%}
    {%- set inputs = inputs_of_table() -%}
    {%- set is_own = "input in ('" ~ (inputs.days + inputs.followed) | join("', '") ~ "')" -%}
    {%- set counted = run_query(
        "with built as (select max(inputs_version) as version from " ~ built ~ ") "
        ~ "select max(built.version), max(log.version), "
        ~ "sum(case when log.version > built.version and log.input in ('" ~ inputs.wholes | join("', '")
        ~ "') then 1 else 0 end), "
        ~ "count(distinct case when log.version > built.version and " ~ is_own ~ " then log.day end), "
        ~ "count(distinct case when " ~ is_own ~ " then log.day end), "
        ~ "count(distinct case when log.version > built.version and " ~ is_own
        ~ " then coalesce(log.person_key, log.account_key) end) "
        ~ "from " ~ log ~ " as log cross join built"
    ).rows[0] -%}
    {%- set version, newest, wholes, days, all_days, keys = counted -%}
    {%- if version is none or newest is none or version > newest or wholes > 0
        or days * 2 > all_days or keys > 2000 -%}
        {{- return(none) -}}
    {%- endif -%}
    {%- set changes = {'days': [], 'people': [], 'accounts': []} -%}
    {%- if days + keys > 0 -%}
        {%- set changed -%}
            select day, person_key, account_key from {{ log }} where version > {{ version }} and {{ is_own }}
        {%- endset -%}
        {%- set listed -%}
            select distinct 'days' as kind, day, cast(null as {{ dbt.type_int() }}) as key_number
            from ({{ changed }}) as changed where day is not null
            {%- if inputs.followed %}
            union all
            select distinct 'people', cast(null as date), person_key
            from ({{ changed }}) as changed where person_key is not null
            union all
            select 'accounts', cast(null as date), account_key
            from (
                select account_key from ({{ changed }}) as changed where account_key is not null
                union
                select account_key
                from {{ graph.nodes['model.' ~ model.package_name ~ '.int_account_people'].relation_name }}
                where coalesce(person_key, last_person_key) in (
                    select person_key from ({{ changed }}) as changed where person_key is not null
                )
            ) as accounts
            {%- endif %}
            order by 1, 2, 3
        {%- endset -%}
        {%- for kind, day, key_number in run_query(listed).rows -%}
            {%- set literal = "cast('" ~ day ~ "' as date)" if kind == 'days' else key_number | int -%}
            {%- do changes[kind].append(literal) -%}
        {%- endfor -%}
    {%- endif -%}
    {{- return(changes) -}}
{%- endmacro %}


{#-
    Condition that keeps the rows of what changed; literals, which an engine pushes down to its tables.

    columns: which list decides about a column: `{'activity_date': 'days', 'account_key': 'accounts'}`
-#}
{% macro is_changed(changes, columns) -%}
    {%- set parts = [] -%}
    {%- for column, kind in columns.items() -%}
        {%- if changes[kind] -%}
            {%- do parts.append(column ~ ' in (' ~ changes[kind] | join(', ') ~ ')') -%}
        {%- endif -%}
    {%- endfor -%}
    ({{ parts | join(' or ') if parts else '1 = 0' }})
{%- endmacro %}


{#- Inputs of this table in int_input_changes, from the graph: lists `days`, `followed` (by key), `wholes`. -#}
{% macro inputs_of_table() -%}
    {%- set read = [] -%}
    {%- do collect_inputs(model.depends_on.nodes, read, []) -%}
    {%- set has_keys = model.config.meta['replace_changed'].get('keys') -%}
    {%- set found = {'days': [], 'followed': [], 'wholes': ['definitions']} -%}
    {%- for name in read -%}
        {%- if name in day_inputs() -%}
            {%- do found['days'].append(name) -%}
        {%- elif name in whole_inputs() -%}
            {%- do found['wholes'].append(name) -%}
        {%- elif not has_keys -%}
            {%- do found['days'].append(attribution_inputs()[name]) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if has_keys -%}
        {%- do found['followed'].extend(['accounts', 'people']) -%}
    {%- endif -%}
    {{- return(found) -}}
{%- endmacro %}

{% macro collect_inputs(nodes, read, seen) -%}
    {%- for unique_id in nodes if unique_id not in seen -%}
        {%- do seen.append(unique_id) -%}
        {%- set name = unique_id.split('.')[2] -%}
        {%- if name in day_inputs() or name in whole_inputs() or name in attribution_inputs() -%}
            {%- do read.append(name) -%}
        {%- elif unique_id.startswith('model.') -%}
            {%- if name != 'int_input_changes' -%}
                {%- do collect_inputs(graph.nodes[unique_id].depends_on.nodes, read, seen) -%}
            {%- endif -%}
        {%- else -%}
            {{ exceptions.raise_compiler_error(
                model.name ~ " reads " ~ unique_id ~ ", of which int_input_changes keeps no fingerprint: "
                ~ "list it, or a model that reads it, in macros/incremental/replace_changed.sql"
            ) }}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}


{#- Columns that make up a relation's content: all but the watermark, which a fetch without news moves too. -#}
{% macro columns_to_compare(relation) -%}
    {%- set names = [] -%}
    {%- if execute and flags.INTROSPECT -%}
        {%- for column in adapter.get_columns_in_relation(relation) if column.name != 'loaded_through' -%}
            {%- do names.append(adapter.quote(column.name)) -%}
        {%- endfor -%}
    {%- endif -%}
    {{- return(names or ['1']) -}}
{%- endmacro %}
