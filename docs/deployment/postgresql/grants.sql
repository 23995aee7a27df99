-- What the nodes may not even do with rows, after each `migrate`:
--     psql -v site=commerce_admin -f grants.sql commerce_admin     (as the owner, or as postgres)
\set ON_ERROR_STOP on
SELECT :'site' || '_app' AS app \gset

REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM :"app";
-- Both records are append-only by triggers, too. Old events are purged; the Action Log never is.
SELECT to_regclass('action_log_actionrecord') IS NOT NULL AS is_admin \gset
\if :is_admin
    REVOKE UPDATE, DELETE ON action_log_actionrecord FROM :"app";
\else
    REVOKE UPDATE ON commerce_account_event FROM :"app";
\endif
