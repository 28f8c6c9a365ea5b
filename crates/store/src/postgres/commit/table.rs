//! What an array statement is given: the columns of many rows.

/// Declares a row, and the columns of many rows after account and environment; with the statement that takes them,
/// unless it takes those of other tables as well.
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
                let (account, environment) = place(scope);
                self.accounts.push(account);
                self.environments.push(environment);
                let $row { $($column),* } = row;
                $(self.$column.push($column);)*
            }

            pub(super) fn params(&self) -> Vec<&dyn Param> {
                vec![&self.accounts, &self.environments, $(&self.$column),*]
            }

            $(
                /// `None` when there is no row.
                pub(super) fn call(&self) -> Option<Call<'_>> {
                    (!self.accounts.is_empty()).then(|| ($sql, self.params()))
                }
            )?
        }
    )*};
}

pub(super) use tables;
