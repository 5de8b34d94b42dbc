//! Relay connections.

use async_graphql::{Context, Result};
use futures_util::future::BoxFuture;

/// Counts all rows of a list, if someone asks.
pub(in crate::graphql) type Count = Box<dyn for<'a> Fn(&'a Context<'_>) -> BoxFuture<'a, Result<i64>> + Send + Sync>;

/// Declares the connection and edge types of a node: `connection!(Visit, VisitKey, "visits" => VisitConnection, VisitEdge)`.
macro_rules! connection {
    ($node:ident, $key:ty, $plural:literal => $connection:ident, $edge:ident) => {
        #[doc = concat!("A page of ", $plural, ".")]
        #[derive(async_graphql::SimpleObject)]
        #[graphql(complex)]
        pub struct $connection {
            #[doc = concat!("The page's ", $plural, ", each with its cursor.")]
            pub edges: Vec<$edge>,
            #[doc = concat!("The page's ", $plural, ".")]
            pub nodes: Vec<$node>,
            /// Where the page lies in the list.
            pub page_info: async_graphql::connection::PageInfo,
            #[graphql(skip)]
            count: crate::graphql::support::connection::Count,
        }

        #[doc = concat!("One of a page of ", $plural, ".")]
        #[derive(async_graphql::SimpleObject)]
        pub struct $edge {
            /// Its place in the list, for `after` and `before`.
            pub cursor: String,
            /// Itself.
            pub node: $node,
        }

        #[async_graphql::ComplexObject]
        impl $connection {
            #[doc = concat!("How many ", $plural, " there are on all pages; counted only if asked for.")]
            async fn total_count(&self, ctx: &async_graphql::Context<'_>) -> async_graphql::Result<i64> {
                (self.count)(ctx).await
            }
        }

        impl $connection {
            /// The connection of a page.
            pub(in crate::graphql) fn of(
                nodes: Vec<$node>,
                more: bool,
                page: &crate::store::page::Page<$key>,
                count: crate::graphql::support::connection::Count,
            ) -> Self {
                let edges: Vec<$edge> = nodes
                    .iter()
                    .map(|node| $edge {
                        cursor: crate::graphql::support::page::encode(&node.key()),
                        node: node.clone(),
                    })
                    .collect();
                let (has_previous_page, has_next_page) =
                    if page.from_end { (more, page.before.is_some()) } else { (page.after.is_some(), more) };
                let page_info = async_graphql::connection::PageInfo {
                    has_previous_page,
                    has_next_page,
                    start_cursor: edges.first().map(|edge| edge.cursor.clone()),
                    end_cursor: edges.last().map(|edge| edge.cursor.clone()),
                };
                Self { edges, nodes, page_info, count }
            }
        }
    };
}
pub(in crate::graphql) use connection;
