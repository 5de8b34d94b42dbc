//! Settings that are lists: of items in a file, or in one text with commas between them, as the environment has them.

use std::{fmt, marker::PhantomData};

use ipnet::IpNet;
use serde::{
    Deserialize, Deserializer,
    de::{self, IntoDeserializer, SeqAccess, Visitor, value::StrDeserializer},
};

/// Reads a list. Spaces around items, and items that are empty, are nothing.
pub(crate) fn list<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    deserializer.deserialize_any(List(PhantomData))
}

struct List<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for List<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list, or a text with commas between its items")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
        let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
        items
            .map(|item| T::deserialize(IntoDeserializer::<E>::into_deserializer(item) as StrDeserializer<'_, E>))
            .collect()
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(list)
    }
}

/// Networks; an address alone is a network of its own.
pub(crate) fn networks<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<IpNet>, D::Error> {
    let texts: Vec<String> = list(deserializer)?;
    let read = |text: &String| {
        let network = text.parse().ok().or_else(|| text.parse().ok().map(|address: std::net::IpAddr| address.into()));
        network.ok_or_else(|| {
            de::Error::invalid_value(de::Unexpected::Str(text), &"a network such as 10.0.0.0/8, or an address")
        })
    };
    texts.iter().map(read).collect()
}
