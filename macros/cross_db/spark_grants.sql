{#-
    Grants on Spark only where a role is named. Spark itself has none: `show grants`, which dbt asks before it
    takes away what is no longer wanted, does not even parse unless the cluster has an authorisation plug-in.
-#}
{% macro spark__apply_grants(relation, grant_config, should_revoke=true) %}
    {%- if grant_config and grant_config.values() | select | list -%}
        {{- return(dbt.default__apply_grants(relation, grant_config, should_revoke)) -}}
    {%- endif -%}
{% endmacro %}
