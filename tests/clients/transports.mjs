// Real clients, each behind the same two calls: `ask` a query or a mutation, and `follow` a subscription.

import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, Observable, gql } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { Client as UrqlClient, fetchExchange, subscriptionExchange } from '@urql/core';
import { print } from 'graphql';
import { createClient as createEventsClient } from 'graphql-sse';
import { createClient as createSocketClient } from 'graphql-ws';
import WebSocket from 'ws';

const bearer = (token) => (token ? { authorization: `Bearer ${token}` } : {});

function socketClient(url, token) {
    return createSocketClient({
        url: url.replace(/^http/, 'ws'),
        webSocketImpl: WebSocket,
        connectionParams: bearer(token),
        retryAttempts: 0,
    });
}

function eventsClient(url, token) {
    return createEventsClient({ url, headers: bearer(token), retryAttempts: 0 });
}

/** The data of a result, or its errors as an error. */
function dataOf({ data, errors, error }) {
    if (errors?.length) throw new Error(JSON.stringify(errors));
    if (error) throw error;
    return data;
}

/** A query or a mutation by a client whose only call is `subscribe`. */
function once(client, query, variables) {
    return new Promise((resolve, reject) => {
        let result;
        client.subscribe(
            { query, variables },
            {
                next: (next) => (result = next),
                error: reject,
                complete: () => {
                    try {
                        resolve(dataOf(result));
                    } catch (error) {
                        reject(error);
                    }
                },
            },
        );
    });
}

/** A subscription by such a client; returns what stops it. */
function followed(client, query, next, failed) {
    const sink = { next: (result) => next(dataOf(result)), error: failed, complete: () => {} };
    return client.subscribe({ query }, sink);
}

/** graphql-ws for everything. Nobody opens a socket without a token, so signing in goes over HTTP. */
function graphqlWs(url, token) {
    const client = socketClient(url, token);
    return {
        ask: (query, variables) => once(client, query, variables),
        follow: (query, next, failed) => followed(client, query, next, failed),
        close: () => client.dispose(),
    };
}

/** graphql-sse for everything. */
function graphqlSse(url, token) {
    const client = eventsClient(url, token);
    return {
        ask: (query, variables) => once(client, query, variables),
        follow: (query, next, failed) => followed(client, query, next, failed),
        close: () => client.dispose(),
    };
}

/** @urql/core over HTTP, with its subscriptions over one of the two. */
function urql(live) {
    return (url, token) => {
        const stream = live(url, token);
        const forwardSubscription = (request) => ({
            subscribe: (sink) => ({
                unsubscribe: stream.subscribe({ query: request.query, variables: request.variables ?? {} }, sink),
            }),
        });
        const client = new UrqlClient({
            url,
            exchanges: [fetchExchange, subscriptionExchange({ forwardSubscription })],
            fetchOptions: { headers: bearer(token) },
            requestPolicy: 'network-only',
            preferGetMethod: false,
        });
        return {
            ask: async (query, variables) => {
                const isMutation = query.trimStart().startsWith('mutation');
                const result = await (isMutation ? client.mutation(query, variables) : client.query(query, variables));
                return dataOf(result);
            },
            follow: (query, next, failed) => {
                const heard = (result) => (result.error ? failed(result.error) : next(result.data));
                const { unsubscribe } = client.subscription(query, {}).subscribe(heard);
                return unsubscribe;
            },
            close: () => stream.dispose(),
        };
    };
}

/** @apollo/client over HTTP, with its subscriptions over one of the two. */
function apollo(live, linkOf) {
    return (url, token) => {
        const stream = live(url, token);
        const http = new HttpLink({ uri: url, headers: bearer(token) });
        const isSubscription = ({ operationType }) => operationType === 'subscription';
        const client = new ApolloClient({
            link: ApolloLink.split(isSubscription, linkOf(stream), http),
            cache: new InMemoryCache(),
            defaultOptions: { query: { fetchPolicy: 'network-only' } },
        });
        return {
            ask: async (query, variables) => {
                const isMutation = query.trimStart().startsWith('mutation');
                const document = gql(query);
                return dataOf(
                    await (isMutation
                        ? client.mutate({ mutation: document, variables })
                        : client.query({ query: document, variables })),
                );
            },
            follow: (query, next, failed) => {
                const heard = { next: ({ data, error }) => (error ? failed(error) : next(data)), error: failed };
                const subscription = client.subscribe({ query: gql(query) }).subscribe(heard);
                return () => subscription.unsubscribe();
            },
            close: () => {
                client.stop();
                stream.dispose();
            },
        };
    };
}

const eventsLink = (stream) =>
    new ApolloLink(
        ({ query, variables, operationName }) =>
            new Observable((sink) => stream.subscribe({ query: print(query), variables, operationName }, sink)),
    );

/** Each client with each transport it can use. */
export const clients = {
    'graphql-ws': graphqlWs,
    'graphql-sse': graphqlSse,
    '@urql/core, graphql-ws': urql(socketClient),
    '@urql/core, graphql-sse': urql(eventsClient),
    '@apollo/client, graphql-ws': apollo(socketClient, (stream) => new GraphQLWsLink(stream)),
    '@apollo/client, graphql-sse': apollo(eventsClient, eventsLink),
};
