//! The parameters of array statements: the columns of many rows.

/// Declares a row, and the columns of many such rows after account and environment. A table with its own statement
/// names it; the others share one.
macro_rules! tables {
    ($($table:ident of $row:ident $(<$life:lifetime>)? $(for $sql:ident)? { $($column:ident: $type:ty,)* })*) => {$(
        pub(super) struct $row $(<$life>)? {
            $(pub(super) $column: $type,)*
        }

        #[derive(Default)]
        pub(super) struct $table $(<$life>)? {
            pub(super) accounts: Vec<Uuid>,
            pub(super) environments: Vec<i16>,
            $($column: Vec<$type>,)*
        }

        impl $(<$life>)? $table $(<$life>)? {
            pub(super) fn push(&mut self, scope: Scope, row: $row $(<$life>)?) {
                let (account, environment) = scope_values(scope);
                self.accounts.push(account);
                self.environments.push(environment);
                let $row { $($column),* } = row;
                $(self.$column.push($column);)*
            }

            pub(super) fn params(&self) -> Vec<&dyn Param> {
                vec![&self.accounts, &self.environments, $(&self.$column),*]
            }

            $(
                /// `None` if there are no rows.
                pub(super) fn call(&self) -> Option<Call<'_>> {
                    (!self.accounts.is_empty()).then(|| ($sql, self.params()))
                }
            )?
        }
    )*};
}

pub(super) use tables;
