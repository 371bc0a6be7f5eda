//! Reading rows.

use serde::de::DeserializeOwned;

use crate::{
    database::{Row, Value},
    error::StoreError,
    timestamp::Timestamp,
};

/// Takes the values of a row one after the other, in the order of the statement's columns.
///
/// Each method takes the column's name, for [`StoreError::Corrupt`].
pub(crate) struct Columns(std::vec::IntoIter<Value>);

impl Columns {
    pub(crate) fn of(row: Row) -> Self {
        Self(row.0.into_iter())
    }

    pub(crate) fn text(&mut self, column: &'static str) -> Result<String, StoreError> {
        self.optional_text(column)?
            .ok_or(StoreError::Corrupt(column))
    }

    pub(crate) fn optional_text(
        &mut self,
        column: &'static str,
    ) -> Result<Option<String>, StoreError> {
        match self.0.next() {
            Some(Value::Text(text)) => Ok(Some(text)),
            Some(Value::Null) => Ok(None),
            _ => Err(StoreError::Corrupt(column)),
        }
    }

    /// The text of a column, parsed.
    pub(crate) fn parsed<T>(
        &mut self,
        column: &'static str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, StoreError> {
        parse(&self.text(column)?).ok_or(StoreError::Corrupt(column))
    }

    pub(crate) fn integer(&mut self, column: &'static str) -> Result<i64, StoreError> {
        self.optional_integer(column)?
            .ok_or(StoreError::Corrupt(column))
    }

    pub(crate) fn optional_integer(
        &mut self,
        column: &'static str,
    ) -> Result<Option<i64>, StoreError> {
        match self.0.next() {
            Some(Value::Integer(number)) => Ok(Some(number)),
            Some(Value::Null) => Ok(None),
            _ => Err(StoreError::Corrupt(column)),
        }
    }

    pub(crate) fn number(&mut self, column: &'static str) -> Result<u32, StoreError> {
        self.optional_number(column)?
            .ok_or(StoreError::Corrupt(column))
    }

    pub(crate) fn optional_number(
        &mut self,
        column: &'static str,
    ) -> Result<Option<u32>, StoreError> {
        let number = self.optional_integer(column)?.map(u32::try_from);
        number.transpose().map_err(|_| StoreError::Corrupt(column))
    }

    pub(crate) fn time(&mut self, column: &'static str) -> Result<Timestamp, StoreError> {
        self.integer(column).map(Timestamp)
    }

    pub(crate) fn optional_time(
        &mut self,
        column: &'static str,
    ) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.optional_integer(column)?.map(Timestamp))
    }

    pub(crate) fn blob(&mut self, column: &'static str) -> Result<Vec<u8>, StoreError> {
        self.optional_blob(column)?
            .ok_or(StoreError::Corrupt(column))
    }

    pub(crate) fn optional_blob(
        &mut self,
        column: &'static str,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        match self.0.next() {
            Some(Value::Blob(bytes)) => Ok(Some(bytes)),
            Some(Value::Null) => Ok(None),
            _ => Err(StoreError::Corrupt(column)),
        }
    }

    pub(crate) fn json<T: DeserializeOwned>(
        &mut self,
        column: &'static str,
    ) -> Result<T, StoreError> {
        serde_json::from_str(&self.text(column)?).map_err(|_| StoreError::Corrupt(column))
    }

    pub(crate) fn optional_json<T: DeserializeOwned>(
        &mut self,
        column: &'static str,
    ) -> Result<Option<T>, StoreError> {
        let text = self.optional_text(column)?;
        text.map(|text| serde_json::from_str(&text))
            .transpose()
            .map_err(|_| StoreError::Corrupt(column))
    }
}
