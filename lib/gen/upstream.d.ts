// Generated from proto/ by `npm run generate`. Do not edit.
import * as $protobuf from "protobufjs";

/** Namespace gatesvr. */
export namespace gatesvr {

    /** Namespace upstream. */
    namespace upstream {

        /** Namespace v1. */
        namespace v1 {

            /**
             * Properties of a LoginRequest.
             * @deprecated Use gatesvr.upstream.v1.LoginRequest.$Properties instead.
             */
            interface ILoginRequest extends gatesvr.upstream.v1.LoginRequest.$Properties {
            }

            /** Represents a LoginRequest. */
            class LoginRequest {

                /**
                 * Constructs a new LoginRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: gatesvr.upstream.v1.LoginRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** LoginRequest token. */
                token: string;

                /** LoginRequest playerIdHint. */
                playerIdHint: string;

                /** LoginRequest sessionId. */
                sessionId: string;

                /** LoginRequest peerAddress. */
                peerAddress: string;

                /** LoginRequest clientVersion. */
                clientVersion: string;

                /** LoginRequest headers. */
                headers: { [k: string]: string };

                /** LoginRequest gatewayId. */
                gatewayId: string;

                /** LoginRequest refresh. */
                refresh: boolean;

                /**
                 * Encodes the specified LoginRequest message. Does not implicitly {@link gatesvr.upstream.v1.LoginRequest.verify|verify} messages.
                 * @param message LoginRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: gatesvr.upstream.v1.LoginRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a LoginRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {gatesvr.upstream.v1.LoginRequest & gatesvr.upstream.v1.LoginRequest.$Shape} LoginRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): gatesvr.upstream.v1.LoginRequest & gatesvr.upstream.v1.LoginRequest.$Shape;
            }

            namespace LoginRequest {

                /** Properties of a LoginRequest. */
                interface $Properties {

                    /** LoginRequest token */
                    token?: (string|null);

                    /** LoginRequest playerIdHint */
                    playerIdHint?: (string|null);

                    /** LoginRequest sessionId */
                    sessionId?: (string|null);

                    /** LoginRequest peerAddress */
                    peerAddress?: (string|null);

                    /** LoginRequest clientVersion */
                    clientVersion?: (string|null);

                    /** LoginRequest headers */
                    headers?: ({ [k: string]: string }|null);

                    /** LoginRequest gatewayId */
                    gatewayId?: (string|null);

                    /** LoginRequest refresh */
                    refresh?: (boolean|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a LoginRequest. */
                type $Shape = gatesvr.upstream.v1.LoginRequest.$Properties;
            }

            /**
             * Properties of a LoginReply.
             * @deprecated Use gatesvr.upstream.v1.LoginReply.$Properties instead.
             */
            interface ILoginReply extends gatesvr.upstream.v1.LoginReply.$Properties {
            }

            /** Represents a LoginReply. */
            class LoginReply {

                /**
                 * Constructs a new LoginReply.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: gatesvr.upstream.v1.LoginReply.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** LoginReply playerId. */
                playerId: string;

                /** LoginReply zone. */
                zone: string;

                /** LoginReply roles. */
                roles: string[];

                /** LoginReply data. */
                data: Uint8Array;

                /** LoginReply expiresInMs. */
                expiresInMs: number;

                /**
                 * Encodes the specified LoginReply message. Does not implicitly {@link gatesvr.upstream.v1.LoginReply.verify|verify} messages.
                 * @param message LoginReply message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: gatesvr.upstream.v1.LoginReply.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a LoginReply message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {gatesvr.upstream.v1.LoginReply & gatesvr.upstream.v1.LoginReply.$Shape} LoginReply
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): gatesvr.upstream.v1.LoginReply & gatesvr.upstream.v1.LoginReply.$Shape;
            }

            namespace LoginReply {

                /** Properties of a LoginReply. */
                interface $Properties {

                    /** LoginReply playerId */
                    playerId?: (string|null);

                    /** LoginReply zone */
                    zone?: (string|null);

                    /** LoginReply roles */
                    roles?: (string[]|null);

                    /** LoginReply data */
                    data?: (Uint8Array|null);

                    /** LoginReply expiresInMs */
                    expiresInMs?: (number|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a LoginReply. */
                type $Shape = gatesvr.upstream.v1.LoginReply.$Properties;
            }

            /**
             * Properties of a LogoutRequest.
             * @deprecated Use gatesvr.upstream.v1.LogoutRequest.$Properties instead.
             */
            interface ILogoutRequest extends gatesvr.upstream.v1.LogoutRequest.$Properties {
            }

            /** Represents a LogoutRequest. */
            class LogoutRequest {

                /**
                 * Constructs a new LogoutRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: gatesvr.upstream.v1.LogoutRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** LogoutRequest playerId. */
                playerId: string;

                /** LogoutRequest epoch. */
                epoch: string;

                /** LogoutRequest reason. */
                reason: string;

                /** LogoutRequest gatewayId. */
                gatewayId: string;

                /**
                 * Encodes the specified LogoutRequest message. Does not implicitly {@link gatesvr.upstream.v1.LogoutRequest.verify|verify} messages.
                 * @param message LogoutRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: gatesvr.upstream.v1.LogoutRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a LogoutRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {gatesvr.upstream.v1.LogoutRequest & gatesvr.upstream.v1.LogoutRequest.$Shape} LogoutRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): gatesvr.upstream.v1.LogoutRequest & gatesvr.upstream.v1.LogoutRequest.$Shape;
            }

            namespace LogoutRequest {

                /** Properties of a LogoutRequest. */
                interface $Properties {

                    /** LogoutRequest playerId */
                    playerId?: (string|null);

                    /** LogoutRequest epoch */
                    epoch?: (string|null);

                    /** LogoutRequest reason */
                    reason?: (string|null);

                    /** LogoutRequest gatewayId */
                    gatewayId?: (string|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a LogoutRequest. */
                type $Shape = gatesvr.upstream.v1.LogoutRequest.$Properties;
            }

            /**
             * Properties of a LogoutReply.
             * @deprecated Use gatesvr.upstream.v1.LogoutReply.$Properties instead.
             */
            interface ILogoutReply extends gatesvr.upstream.v1.LogoutReply.$Properties {
            }

            /** Represents a LogoutReply. */
            class LogoutReply {

                /**
                 * Constructs a new LogoutReply.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: gatesvr.upstream.v1.LogoutReply.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /**
                 * Encodes the specified LogoutReply message. Does not implicitly {@link gatesvr.upstream.v1.LogoutReply.verify|verify} messages.
                 * @param message LogoutReply message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: gatesvr.upstream.v1.LogoutReply.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a LogoutReply message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {gatesvr.upstream.v1.LogoutReply & gatesvr.upstream.v1.LogoutReply.$Shape} LogoutReply
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): gatesvr.upstream.v1.LogoutReply & gatesvr.upstream.v1.LogoutReply.$Shape;
            }

            namespace LogoutReply {

                /** Properties of a LogoutReply. */
                interface $Properties {

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a LogoutReply. */
                type $Shape = gatesvr.upstream.v1.LogoutReply.$Properties;
            }

            /**
             * Properties of an UpstreamRequest.
             * @deprecated Use gatesvr.upstream.v1.UpstreamRequest.$Properties instead.
             */
            interface IUpstreamRequest extends gatesvr.upstream.v1.UpstreamRequest.$Properties {
            }

            /** Represents an UpstreamRequest. */
            class UpstreamRequest {

                /**
                 * Constructs a new UpstreamRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: gatesvr.upstream.v1.UpstreamRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** UpstreamRequest id. */
                id: number;

                /** UpstreamRequest playerId. */
                playerId: string;

                /** UpstreamRequest sessionId. */
                sessionId: string;

                /** UpstreamRequest zone. */
                zone: string;

                /** UpstreamRequest epoch. */
                epoch: string;

                /** UpstreamRequest clientSeq. */
                clientSeq: number;

                /** UpstreamRequest action. */
                action: string;

                /** UpstreamRequest payload. */
                payload: Uint8Array;

                /** UpstreamRequest headers. */
                headers: { [k: string]: string };

                /** UpstreamRequest remainingMs. */
                remainingMs: number;

                /** UpstreamRequest roles. */
                roles: string[];

                /** UpstreamRequest traceparent. */
                traceparent: string;

                /**
                 * Encodes the specified UpstreamRequest message. Does not implicitly {@link gatesvr.upstream.v1.UpstreamRequest.verify|verify} messages.
                 * @param message UpstreamRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: gatesvr.upstream.v1.UpstreamRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes an UpstreamRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {gatesvr.upstream.v1.UpstreamRequest & gatesvr.upstream.v1.UpstreamRequest.$Shape} UpstreamRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): gatesvr.upstream.v1.UpstreamRequest & gatesvr.upstream.v1.UpstreamRequest.$Shape;
            }

            namespace UpstreamRequest {

                /** Properties of an UpstreamRequest. */
                interface $Properties {

                    /** UpstreamRequest id */
                    id?: (number|null);

                    /** UpstreamRequest playerId */
                    playerId?: (string|null);

                    /** UpstreamRequest sessionId */
                    sessionId?: (string|null);

                    /** UpstreamRequest zone */
                    zone?: (string|null);

                    /** UpstreamRequest epoch */
                    epoch?: (string|null);

                    /** UpstreamRequest clientSeq */
                    clientSeq?: (number|null);

                    /** UpstreamRequest action */
                    action?: (string|null);

                    /** UpstreamRequest payload */
                    payload?: (Uint8Array|null);

                    /** UpstreamRequest headers */
                    headers?: ({ [k: string]: string }|null);

                    /** UpstreamRequest remainingMs */
                    remainingMs?: (number|null);

                    /** UpstreamRequest roles */
                    roles?: (string[]|null);

                    /** UpstreamRequest traceparent */
                    traceparent?: (string|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of an UpstreamRequest. */
                type $Shape = gatesvr.upstream.v1.UpstreamRequest.$Properties;
            }

            /**
             * Properties of an UpstreamResponse.
             * @deprecated Use gatesvr.upstream.v1.UpstreamResponse.$Properties instead.
             */
            interface IUpstreamResponse extends gatesvr.upstream.v1.UpstreamResponse.$Properties {
            }

            /** Represents an UpstreamResponse. */
            class UpstreamResponse {

                /**
                 * Constructs a new UpstreamResponse.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: gatesvr.upstream.v1.UpstreamResponse.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** UpstreamResponse id. */
                id: number;

                /** UpstreamResponse code. */
                code: number;

                /** UpstreamResponse message. */
                message: string;

                /** UpstreamResponse payload. */
                payload: Uint8Array;

                /** UpstreamResponse headers. */
                headers: { [k: string]: string };

                /** UpstreamResponse before. */
                before: gatesvr.upstream.v1.UpstreamNotify.$Properties[];

                /** UpstreamResponse after. */
                after: gatesvr.upstream.v1.UpstreamNotify.$Properties[];

                /**
                 * Encodes the specified UpstreamResponse message. Does not implicitly {@link gatesvr.upstream.v1.UpstreamResponse.verify|verify} messages.
                 * @param message UpstreamResponse message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: gatesvr.upstream.v1.UpstreamResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes an UpstreamResponse message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {gatesvr.upstream.v1.UpstreamResponse & gatesvr.upstream.v1.UpstreamResponse.$Shape} UpstreamResponse
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): gatesvr.upstream.v1.UpstreamResponse & gatesvr.upstream.v1.UpstreamResponse.$Shape;
            }

            namespace UpstreamResponse {

                /** Properties of an UpstreamResponse. */
                interface $Properties {

                    /** UpstreamResponse id */
                    id?: (number|null);

                    /** UpstreamResponse code */
                    code?: (number|null);

                    /** UpstreamResponse message */
                    message?: (string|null);

                    /** UpstreamResponse payload */
                    payload?: (Uint8Array|null);

                    /** UpstreamResponse headers */
                    headers?: ({ [k: string]: string }|null);

                    /** UpstreamResponse before */
                    before?: (gatesvr.upstream.v1.UpstreamNotify.$Properties[]|null);

                    /** UpstreamResponse after */
                    after?: (gatesvr.upstream.v1.UpstreamNotify.$Properties[]|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of an UpstreamResponse. */
                type $Shape = gatesvr.upstream.v1.UpstreamResponse.$Properties;
            }

            /**
             * Properties of an UpstreamNotify.
             * @deprecated Use gatesvr.upstream.v1.UpstreamNotify.$Properties instead.
             */
            interface IUpstreamNotify extends gatesvr.upstream.v1.UpstreamNotify.$Properties {
            }

            /** Represents an UpstreamNotify. */
            class UpstreamNotify {

                /**
                 * Constructs a new UpstreamNotify.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: gatesvr.upstream.v1.UpstreamNotify.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** UpstreamNotify topic. */
                topic: string;

                /** UpstreamNotify payload. */
                payload: Uint8Array;

                /** UpstreamNotify headers. */
                headers: { [k: string]: string };

                /** UpstreamNotify id. */
                id: string;

                /**
                 * Encodes the specified UpstreamNotify message. Does not implicitly {@link gatesvr.upstream.v1.UpstreamNotify.verify|verify} messages.
                 * @param message UpstreamNotify message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: gatesvr.upstream.v1.UpstreamNotify.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes an UpstreamNotify message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {gatesvr.upstream.v1.UpstreamNotify & gatesvr.upstream.v1.UpstreamNotify.$Shape} UpstreamNotify
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): gatesvr.upstream.v1.UpstreamNotify & gatesvr.upstream.v1.UpstreamNotify.$Shape;
            }

            namespace UpstreamNotify {

                /** Properties of an UpstreamNotify. */
                interface $Properties {

                    /** UpstreamNotify topic */
                    topic?: (string|null);

                    /** UpstreamNotify payload */
                    payload?: (Uint8Array|null);

                    /** UpstreamNotify headers */
                    headers?: ({ [k: string]: string }|null);

                    /** UpstreamNotify id */
                    id?: (string|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of an UpstreamNotify. */
                type $Shape = gatesvr.upstream.v1.UpstreamNotify.$Properties;
            }

            /**
             * Properties of a TunnelRequest.
             * @deprecated Use gatesvr.upstream.v1.TunnelRequest.$Properties instead.
             */
            interface ITunnelRequest extends gatesvr.upstream.v1.TunnelRequest.$Properties {
            }

            /** Represents a TunnelRequest. */
            class TunnelRequest {

                /**
                 * Constructs a new TunnelRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: gatesvr.upstream.v1.TunnelRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** TunnelRequest requests. */
                requests: gatesvr.upstream.v1.UpstreamRequest.$Properties[];

                /** TunnelRequest cancel. */
                cancel: number[];

                /**
                 * Encodes the specified TunnelRequest message. Does not implicitly {@link gatesvr.upstream.v1.TunnelRequest.verify|verify} messages.
                 * @param message TunnelRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: gatesvr.upstream.v1.TunnelRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a TunnelRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {gatesvr.upstream.v1.TunnelRequest & gatesvr.upstream.v1.TunnelRequest.$Shape} TunnelRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): gatesvr.upstream.v1.TunnelRequest & gatesvr.upstream.v1.TunnelRequest.$Shape;
            }

            namespace TunnelRequest {

                /** Properties of a TunnelRequest. */
                interface $Properties {

                    /** TunnelRequest requests */
                    requests?: (gatesvr.upstream.v1.UpstreamRequest.$Properties[]|null);

                    /** TunnelRequest cancel */
                    cancel?: (number[]|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a TunnelRequest. */
                type $Shape = gatesvr.upstream.v1.TunnelRequest.$Properties;
            }

            /**
             * Properties of a TunnelResponse.
             * @deprecated Use gatesvr.upstream.v1.TunnelResponse.$Properties instead.
             */
            interface ITunnelResponse extends gatesvr.upstream.v1.TunnelResponse.$Properties {
            }

            /** Represents a TunnelResponse. */
            class TunnelResponse {

                /**
                 * Constructs a new TunnelResponse.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: gatesvr.upstream.v1.TunnelResponse.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** TunnelResponse responses. */
                responses: gatesvr.upstream.v1.UpstreamResponse.$Properties[];

                /**
                 * Encodes the specified TunnelResponse message. Does not implicitly {@link gatesvr.upstream.v1.TunnelResponse.verify|verify} messages.
                 * @param message TunnelResponse message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: gatesvr.upstream.v1.TunnelResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a TunnelResponse message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {gatesvr.upstream.v1.TunnelResponse & gatesvr.upstream.v1.TunnelResponse.$Shape} TunnelResponse
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): gatesvr.upstream.v1.TunnelResponse & gatesvr.upstream.v1.TunnelResponse.$Shape;
            }

            namespace TunnelResponse {

                /** Properties of a TunnelResponse. */
                interface $Properties {

                    /** TunnelResponse responses */
                    responses?: (gatesvr.upstream.v1.UpstreamResponse.$Properties[]|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a TunnelResponse. */
                type $Shape = gatesvr.upstream.v1.TunnelResponse.$Properties;
            }

            /**
             * Properties of a StatusRequest.
             * @deprecated Use gatesvr.upstream.v1.StatusRequest.$Properties instead.
             */
            interface IStatusRequest extends gatesvr.upstream.v1.StatusRequest.$Properties {
            }

            /** Represents a StatusRequest. */
            class StatusRequest {

                /**
                 * Constructs a new StatusRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: gatesvr.upstream.v1.StatusRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /**
                 * Encodes the specified StatusRequest message. Does not implicitly {@link gatesvr.upstream.v1.StatusRequest.verify|verify} messages.
                 * @param message StatusRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: gatesvr.upstream.v1.StatusRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a StatusRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {gatesvr.upstream.v1.StatusRequest & gatesvr.upstream.v1.StatusRequest.$Shape} StatusRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): gatesvr.upstream.v1.StatusRequest & gatesvr.upstream.v1.StatusRequest.$Shape;
            }

            namespace StatusRequest {

                /** Properties of a StatusRequest. */
                interface $Properties {

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a StatusRequest. */
                type $Shape = gatesvr.upstream.v1.StatusRequest.$Properties;
            }

            /**
             * Properties of a StatusReply.
             * @deprecated Use gatesvr.upstream.v1.StatusReply.$Properties instead.
             */
            interface IStatusReply extends gatesvr.upstream.v1.StatusReply.$Properties {
            }

            /** Represents a StatusReply. */
            class StatusReply {

                /**
                 * Constructs a new StatusReply.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: gatesvr.upstream.v1.StatusReply.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** StatusReply serving. */
                serving: boolean;

                /** StatusReply name. */
                name: string;

                /** StatusReply version. */
                version: string;

                /** StatusReply inFlight. */
                inFlight: number;

                /**
                 * Encodes the specified StatusReply message. Does not implicitly {@link gatesvr.upstream.v1.StatusReply.verify|verify} messages.
                 * @param message StatusReply message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: gatesvr.upstream.v1.StatusReply.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a StatusReply message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {gatesvr.upstream.v1.StatusReply & gatesvr.upstream.v1.StatusReply.$Shape} StatusReply
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): gatesvr.upstream.v1.StatusReply & gatesvr.upstream.v1.StatusReply.$Shape;
            }

            namespace StatusReply {

                /** Properties of a StatusReply. */
                interface $Properties {

                    /** StatusReply serving */
                    serving?: (boolean|null);

                    /** StatusReply name */
                    name?: (string|null);

                    /** StatusReply version */
                    version?: (string|null);

                    /** StatusReply inFlight */
                    inFlight?: (number|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a StatusReply. */
                type $Shape = gatesvr.upstream.v1.StatusReply.$Properties;
            }

            /**
             * Properties of a Target.
             * @deprecated Use gatesvr.upstream.v1.Target.$Properties instead.
             */
            interface ITarget extends gatesvr.upstream.v1.Target.$Properties {
            }

            /** Represents a Target. */
            class Target {

                /**
                 * Constructs a new Target.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: gatesvr.upstream.v1.Target.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** Target playerId. */
                playerId?: (string|null);

                /** Target sessionId. */
                sessionId?: (string|null);

                /** Target zone. */
                zone?: (string|null);

                /** Target everyone. */
                everyone?: (boolean|null);

                /** Target onlineOnly. */
                onlineOnly: boolean;

                /** Target kind. */
                kind?: ("playerId"|"sessionId"|"zone"|"everyone");

                /**
                 * Encodes the specified Target message. Does not implicitly {@link gatesvr.upstream.v1.Target.verify|verify} messages.
                 * @param message Target message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: gatesvr.upstream.v1.Target.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a Target message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {gatesvr.upstream.v1.Target & gatesvr.upstream.v1.Target.$Shape} Target
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): gatesvr.upstream.v1.Target & gatesvr.upstream.v1.Target.$Shape;
            }

            namespace Target {

                /** Properties of a Target. */
                interface $Properties {

                    /** Target playerId */
                    playerId?: (string|null);

                    /** Target sessionId */
                    sessionId?: (string|null);

                    /** Target zone */
                    zone?: (string|null);

                    /** Target everyone */
                    everyone?: (boolean|null);

                    /** Target onlineOnly */
                    onlineOnly?: (boolean|null);

                    /** Target kind */
                    kind?: ("playerId"|"sessionId"|"zone"|"everyone");

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Narrowed shape of a Target. */
                type $Shape = {
                  playerId?: string|null;
                  sessionId?: string|null;
                  zone?: string|null;
                  everyone?: boolean|null;
                  onlineOnly?: boolean|null;
                  $unknowns?: Uint8Array[];
                } & (
                  ({ kind?: undefined; playerId?: null; sessionId?: null; zone?: null; everyone?: null }|{ kind?: "playerId"; playerId: string; sessionId?: null; zone?: null; everyone?: null }|{ kind?: "sessionId"; playerId?: null; sessionId: string; zone?: null; everyone?: null }|{ kind?: "zone"; playerId?: null; sessionId?: null; zone: string; everyone?: null }|{ kind?: "everyone"; playerId?: null; sessionId?: null; zone?: null; everyone: boolean })
                );
            }

            /** MessageClass enum. */
            enum MessageClass {

                /** RELIABLE value */
                RELIABLE = 0,

                /** LATEST value */
                LATEST = 1,

                /** VOLATILE value */
                VOLATILE = 2
            }

            /** Place enum. */
            enum Place {

                /** IMMEDIATE value */
                IMMEDIATE = 0,

                /** BEFORE value */
                BEFORE = 1,

                /** AFTER value */
                AFTER = 2
            }

            /** ReceiptWish enum. */
            enum ReceiptWish {

                /** RECEIPTS_DEFAULT value */
                RECEIPTS_DEFAULT = 0,

                /** RECEIPTS_NONE value */
                RECEIPTS_NONE = 1,

                /** RECEIPTS_EACH value */
                RECEIPTS_EACH = 2
            }

            /**
             * Properties of a PushRequest.
             * @deprecated Use gatesvr.upstream.v1.PushRequest.$Properties instead.
             */
            interface IPushRequest extends gatesvr.upstream.v1.PushRequest.$Properties {
            }

            /** Represents a PushRequest. */
            class PushRequest {

                /**
                 * Constructs a new PushRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: gatesvr.upstream.v1.PushRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** PushRequest id. */
                id: string;

                /** PushRequest target. */
                target?: (gatesvr.upstream.v1.Target.$Properties|null);

                /** PushRequest topic. */
                topic: string;

                /** PushRequest payload. */
                payload: Uint8Array;

                /** PushRequest headers. */
                headers: { [k: string]: string };

                /** PushRequest class. */
                class: gatesvr.upstream.v1.MessageClass;

                /** PushRequest key. */
                key: string;

                /** PushRequest ttlMs. */
                ttlMs: number;

                /** PushRequest boundTo. */
                boundTo: string;

                /** PushRequest place. */
                place: gatesvr.upstream.v1.Place;

                /** PushRequest receipts. */
                receipts: gatesvr.upstream.v1.ReceiptWish;

                /**
                 * Encodes the specified PushRequest message. Does not implicitly {@link gatesvr.upstream.v1.PushRequest.verify|verify} messages.
                 * @param message PushRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: gatesvr.upstream.v1.PushRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a PushRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {gatesvr.upstream.v1.PushRequest & gatesvr.upstream.v1.PushRequest.$Shape} PushRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): gatesvr.upstream.v1.PushRequest & gatesvr.upstream.v1.PushRequest.$Shape;
            }

            namespace PushRequest {

                /** Properties of a PushRequest. */
                interface $Properties {

                    /** PushRequest id */
                    id?: (string|null);

                    /** PushRequest target */
                    target?: (gatesvr.upstream.v1.Target.$Properties|null);

                    /** PushRequest topic */
                    topic?: (string|null);

                    /** PushRequest payload */
                    payload?: (Uint8Array|null);

                    /** PushRequest headers */
                    headers?: ({ [k: string]: string }|null);

                    /** PushRequest class */
                    "class"?: (gatesvr.upstream.v1.MessageClass|null);

                    /** PushRequest key */
                    key?: (string|null);

                    /** PushRequest ttlMs */
                    ttlMs?: (number|null);

                    /** PushRequest boundTo */
                    boundTo?: (string|null);

                    /** PushRequest place */
                    place?: (gatesvr.upstream.v1.Place|null);

                    /** PushRequest receipts */
                    receipts?: (gatesvr.upstream.v1.ReceiptWish|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a PushRequest. */
                type $Shape = {
                  id?: string|null;
                  target?: gatesvr.upstream.v1.Target.$Shape|null;
                  topic?: string|null;
                  payload?: Uint8Array|null;
                  headers?: { [k: string]: string }|null;
                  "class"?: gatesvr.upstream.v1.MessageClass|null;
                  key?: string|null;
                  ttlMs?: number|null;
                  boundTo?: string|null;
                  place?: gatesvr.upstream.v1.Place|null;
                  receipts?: gatesvr.upstream.v1.ReceiptWish|null;
                  $unknowns?: Uint8Array[];
                };
            }

            /** PushOutcome enum. */
            enum PushOutcome {

                /** PUSH_OUTCOME_UNSPECIFIED value */
                PUSH_OUTCOME_UNSPECIFIED = 0,

                /** DELIVERED value */
                DELIVERED = 1,

                /** KEPT value */
                KEPT = 2,

                /** HELD value */
                HELD = 3,

                /** REFUSED value */
                REFUSED = 4,

                /** DROPPED value */
                DROPPED = 5
            }

            /**
             * Properties of a PushReply.
             * @deprecated Use gatesvr.upstream.v1.PushReply.$Properties instead.
             */
            interface IPushReply extends gatesvr.upstream.v1.PushReply.$Properties {
            }

            /** Represents a PushReply. */
            class PushReply {

                /**
                 * Constructs a new PushReply.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: gatesvr.upstream.v1.PushReply.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** PushReply id. */
                id: string;

                /** PushReply outcome. */
                outcome: gatesvr.upstream.v1.PushOutcome;

                /** PushReply code. */
                code: number;

                /** PushReply message. */
                message: string;

                /** PushReply receivers. */
                receivers: number;

                /** PushReply delivered. */
                delivered: number;

                /** PushReply refused. */
                refused: number;

                /** PushReply unknown. */
                unknown: number;

                /**
                 * Encodes the specified PushReply message. Does not implicitly {@link gatesvr.upstream.v1.PushReply.verify|verify} messages.
                 * @param message PushReply message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: gatesvr.upstream.v1.PushReply.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a PushReply message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {gatesvr.upstream.v1.PushReply & gatesvr.upstream.v1.PushReply.$Shape} PushReply
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): gatesvr.upstream.v1.PushReply & gatesvr.upstream.v1.PushReply.$Shape;
            }

            namespace PushReply {

                /** Properties of a PushReply. */
                interface $Properties {

                    /** PushReply id */
                    id?: (string|null);

                    /** PushReply outcome */
                    outcome?: (gatesvr.upstream.v1.PushOutcome|null);

                    /** PushReply code */
                    code?: (number|null);

                    /** PushReply message */
                    message?: (string|null);

                    /** PushReply receivers */
                    receivers?: (number|null);

                    /** PushReply delivered */
                    delivered?: (number|null);

                    /** PushReply refused */
                    refused?: (number|null);

                    /** PushReply unknown */
                    unknown?: (number|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a PushReply. */
                type $Shape = gatesvr.upstream.v1.PushReply.$Properties;
            }

            /** ReceiptKind enum. */
            enum ReceiptKind {

                /** RECEIPT_UNSPECIFIED value */
                RECEIPT_UNSPECIFIED = 0,

                /** PLACED value */
                PLACED = 1,

                /** LATE value */
                LATE = 2,

                /** EXPIRED value */
                EXPIRED = 3,

                /** EPOCH_ENDED value */
                EPOCH_ENDED = 4,

                /** SUPERSEDED value */
                SUPERSEDED = 5,

                /** ACKNOWLEDGED value */
                ACKNOWLEDGED = 6,

                /** LOST value */
                LOST = 7,

                /** FATE_UNKNOWN value */
                FATE_UNKNOWN = 8
            }

            /**
             * Properties of a Receipt.
             * @deprecated Use gatesvr.upstream.v1.Receipt.$Properties instead.
             */
            interface IReceipt extends gatesvr.upstream.v1.Receipt.$Properties {
            }

            /** Represents a Receipt. */
            class Receipt {

                /**
                 * Constructs a new Receipt.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: gatesvr.upstream.v1.Receipt.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** Receipt id. */
                id: string;

                /** Receipt kind. */
                kind: gatesvr.upstream.v1.ReceiptKind;

                /** Receipt playerId. */
                playerId: string;

                /**
                 * Encodes the specified Receipt message. Does not implicitly {@link gatesvr.upstream.v1.Receipt.verify|verify} messages.
                 * @param message Receipt message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: gatesvr.upstream.v1.Receipt.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a Receipt message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {gatesvr.upstream.v1.Receipt & gatesvr.upstream.v1.Receipt.$Shape} Receipt
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): gatesvr.upstream.v1.Receipt & gatesvr.upstream.v1.Receipt.$Shape;
            }

            namespace Receipt {

                /** Properties of a Receipt. */
                interface $Properties {

                    /** Receipt id */
                    id?: (string|null);

                    /** Receipt kind */
                    kind?: (gatesvr.upstream.v1.ReceiptKind|null);

                    /** Receipt playerId */
                    playerId?: (string|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a Receipt. */
                type $Shape = gatesvr.upstream.v1.Receipt.$Properties;
            }

            /**
             * Properties of a PushEvent.
             * @deprecated Use gatesvr.upstream.v1.PushEvent.$Properties instead.
             */
            interface IPushEvent extends gatesvr.upstream.v1.PushEvent.$Properties {
            }

            /** Represents a PushEvent. */
            class PushEvent {

                /**
                 * Constructs a new PushEvent.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: gatesvr.upstream.v1.PushEvent.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** PushEvent reply. */
                reply?: (gatesvr.upstream.v1.PushReply.$Properties|null);

                /** PushEvent receipt. */
                receipt?: (gatesvr.upstream.v1.Receipt.$Properties|null);

                /** PushEvent event. */
                event?: ("reply"|"receipt");

                /**
                 * Encodes the specified PushEvent message. Does not implicitly {@link gatesvr.upstream.v1.PushEvent.verify|verify} messages.
                 * @param message PushEvent message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: gatesvr.upstream.v1.PushEvent.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a PushEvent message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {gatesvr.upstream.v1.PushEvent & gatesvr.upstream.v1.PushEvent.$Shape} PushEvent
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): gatesvr.upstream.v1.PushEvent & gatesvr.upstream.v1.PushEvent.$Shape;
            }

            namespace PushEvent {

                /** Properties of a PushEvent. */
                interface $Properties {

                    /** PushEvent reply */
                    reply?: (gatesvr.upstream.v1.PushReply.$Properties|null);

                    /** PushEvent receipt */
                    receipt?: (gatesvr.upstream.v1.Receipt.$Properties|null);

                    /** PushEvent event */
                    event?: ("reply"|"receipt");

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Narrowed shape of a PushEvent. */
                type $Shape = {
                  reply?: gatesvr.upstream.v1.PushReply.$Shape|null;
                  receipt?: gatesvr.upstream.v1.Receipt.$Shape|null;
                  $unknowns?: Uint8Array[];
                } & (
                  ({ event?: undefined; reply?: null; receipt?: null }|{ event?: "reply"; reply: gatesvr.upstream.v1.PushReply.$Shape; receipt?: null }|{ event?: "receipt"; reply?: null; receipt: gatesvr.upstream.v1.Receipt.$Shape })
                );
            }

            /**
             * Properties of a BroadcastRequest.
             * @deprecated Use gatesvr.upstream.v1.BroadcastRequest.$Properties instead.
             */
            interface IBroadcastRequest extends gatesvr.upstream.v1.BroadcastRequest.$Properties {
            }

            /** Represents a BroadcastRequest. */
            class BroadcastRequest {

                /**
                 * Constructs a new BroadcastRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: gatesvr.upstream.v1.BroadcastRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** BroadcastRequest push. */
                push?: (gatesvr.upstream.v1.PushRequest.$Properties|null);

                /** BroadcastRequest playerIds. */
                playerIds: string[];

                /**
                 * Encodes the specified BroadcastRequest message. Does not implicitly {@link gatesvr.upstream.v1.BroadcastRequest.verify|verify} messages.
                 * @param message BroadcastRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: gatesvr.upstream.v1.BroadcastRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a BroadcastRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {gatesvr.upstream.v1.BroadcastRequest & gatesvr.upstream.v1.BroadcastRequest.$Shape} BroadcastRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): gatesvr.upstream.v1.BroadcastRequest & gatesvr.upstream.v1.BroadcastRequest.$Shape;
            }

            namespace BroadcastRequest {

                /** Properties of a BroadcastRequest. */
                interface $Properties {

                    /** BroadcastRequest push */
                    push?: (gatesvr.upstream.v1.PushRequest.$Properties|null);

                    /** BroadcastRequest playerIds */
                    playerIds?: (string[]|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a BroadcastRequest. */
                type $Shape = {
                  push?: gatesvr.upstream.v1.PushRequest.$Shape|null;
                  playerIds?: string[]|null;
                  $unknowns?: Uint8Array[];
                };
            }

            /**
             * Properties of a KickRequest.
             * @deprecated Use gatesvr.upstream.v1.KickRequest.$Properties instead.
             */
            interface IKickRequest extends gatesvr.upstream.v1.KickRequest.$Properties {
            }

            /** Represents a KickRequest. */
            class KickRequest {

                /**
                 * Constructs a new KickRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: gatesvr.upstream.v1.KickRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** KickRequest playerId. */
                playerId: string;

                /** KickRequest sessionId. */
                sessionId: string;

                /** KickRequest message. */
                message: string;

                /** KickRequest mayResume. */
                mayResume: boolean;

                /**
                 * Encodes the specified KickRequest message. Does not implicitly {@link gatesvr.upstream.v1.KickRequest.verify|verify} messages.
                 * @param message KickRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: gatesvr.upstream.v1.KickRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a KickRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {gatesvr.upstream.v1.KickRequest & gatesvr.upstream.v1.KickRequest.$Shape} KickRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): gatesvr.upstream.v1.KickRequest & gatesvr.upstream.v1.KickRequest.$Shape;
            }

            namespace KickRequest {

                /** Properties of a KickRequest. */
                interface $Properties {

                    /** KickRequest playerId */
                    playerId?: (string|null);

                    /** KickRequest sessionId */
                    sessionId?: (string|null);

                    /** KickRequest message */
                    message?: (string|null);

                    /** KickRequest mayResume */
                    mayResume?: (boolean|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a KickRequest. */
                type $Shape = gatesvr.upstream.v1.KickRequest.$Properties;
            }

            /**
             * Properties of a KickReply.
             * @deprecated Use gatesvr.upstream.v1.KickReply.$Properties instead.
             */
            interface IKickReply extends gatesvr.upstream.v1.KickReply.$Properties {
            }

            /** Represents a KickReply. */
            class KickReply {

                /**
                 * Constructs a new KickReply.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: gatesvr.upstream.v1.KickReply.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** KickReply found. */
                found: boolean;

                /** KickReply code. */
                code: number;

                /** KickReply message. */
                message: string;

                /**
                 * Encodes the specified KickReply message. Does not implicitly {@link gatesvr.upstream.v1.KickReply.verify|verify} messages.
                 * @param message KickReply message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: gatesvr.upstream.v1.KickReply.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a KickReply message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {gatesvr.upstream.v1.KickReply & gatesvr.upstream.v1.KickReply.$Shape} KickReply
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): gatesvr.upstream.v1.KickReply & gatesvr.upstream.v1.KickReply.$Shape;
            }

            namespace KickReply {

                /** Properties of a KickReply. */
                interface $Properties {

                    /** KickReply found */
                    found?: (boolean|null);

                    /** KickReply code */
                    code?: (number|null);

                    /** KickReply message */
                    message?: (string|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a KickReply. */
                type $Shape = gatesvr.upstream.v1.KickReply.$Properties;
            }

            /**
             * Properties of an InstanceStatus.
             * @deprecated Use gatesvr.upstream.v1.InstanceStatus.$Properties instead.
             */
            interface IInstanceStatus extends gatesvr.upstream.v1.InstanceStatus.$Properties {
            }

            /** Represents an InstanceStatus. */
            class InstanceStatus {

                /**
                 * Constructs a new InstanceStatus.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: gatesvr.upstream.v1.InstanceStatus.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** InstanceStatus service. */
                service: string;

                /** InstanceStatus instanceId. */
                instanceId: string;

                /** InstanceStatus address. */
                address: string;

                /** InstanceStatus serving. */
                serving: boolean;

                /** InstanceStatus weight. */
                weight: number;

                /** InstanceStatus labels. */
                labels: { [k: string]: string };

                /**
                 * Encodes the specified InstanceStatus message. Does not implicitly {@link gatesvr.upstream.v1.InstanceStatus.verify|verify} messages.
                 * @param message InstanceStatus message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: gatesvr.upstream.v1.InstanceStatus.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes an InstanceStatus message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {gatesvr.upstream.v1.InstanceStatus & gatesvr.upstream.v1.InstanceStatus.$Shape} InstanceStatus
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): gatesvr.upstream.v1.InstanceStatus & gatesvr.upstream.v1.InstanceStatus.$Shape;
            }

            namespace InstanceStatus {

                /** Properties of an InstanceStatus. */
                interface $Properties {

                    /** InstanceStatus service */
                    service?: (string|null);

                    /** InstanceStatus instanceId */
                    instanceId?: (string|null);

                    /** InstanceStatus address */
                    address?: (string|null);

                    /** InstanceStatus serving */
                    serving?: (boolean|null);

                    /** InstanceStatus weight */
                    weight?: (number|null);

                    /** InstanceStatus labels */
                    labels?: ({ [k: string]: string }|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of an InstanceStatus. */
                type $Shape = gatesvr.upstream.v1.InstanceStatus.$Properties;
            }

            /**
             * Properties of a RegisterEvent.
             * @deprecated Use gatesvr.upstream.v1.RegisterEvent.$Properties instead.
             */
            interface IRegisterEvent extends gatesvr.upstream.v1.RegisterEvent.$Properties {
            }

            /** Represents a RegisterEvent. */
            class RegisterEvent {

                /**
                 * Constructs a new RegisterEvent.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: gatesvr.upstream.v1.RegisterEvent.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** RegisterEvent leaseMs. */
                leaseMs: number;

                /** RegisterEvent code. */
                code: number;

                /** RegisterEvent message. */
                message: string;

                /**
                 * Encodes the specified RegisterEvent message. Does not implicitly {@link gatesvr.upstream.v1.RegisterEvent.verify|verify} messages.
                 * @param message RegisterEvent message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: gatesvr.upstream.v1.RegisterEvent.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a RegisterEvent message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {gatesvr.upstream.v1.RegisterEvent & gatesvr.upstream.v1.RegisterEvent.$Shape} RegisterEvent
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): gatesvr.upstream.v1.RegisterEvent & gatesvr.upstream.v1.RegisterEvent.$Shape;
            }

            namespace RegisterEvent {

                /** Properties of a RegisterEvent. */
                interface $Properties {

                    /** RegisterEvent leaseMs */
                    leaseMs?: (number|null);

                    /** RegisterEvent code */
                    code?: (number|null);

                    /** RegisterEvent message */
                    message?: (string|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a RegisterEvent. */
                type $Shape = gatesvr.upstream.v1.RegisterEvent.$Properties;
            }
        }
    }
}
