/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SOAP 1.1 and 1.2: the operation is the first element of the body, else the action.
 *
 *	<s:Envelope xmlns:s="..."><s:Body><m:GetUser xmlns:m="..."/></s:Body></s:Envelope>
 *	SOAPAction: "http://example.com/users#GetUser"
 *	Content-Type: application/soap+xml; action="http://example.com/users/GetUser"
 */
#pragma once

#include "core/slice.h"

/**
 * yg_soap_operation() - local name of the first element inside Body.
 * @text: XML, may be cut. Comments, processing instructions and CDATA are passed over; entities
 *	are not expanded, a document type is not read.
 *
 * O(@text). Source: SOAP 1.2 part 1, section 5.
 * Return: the name; absent if this is no envelope or its body was not reached.
 */
struct yg_slice yg_soap_operation(struct yg_slice text);

/**
 * yg_soap_action_name() - last part of an action.
 * @action: value of SOAPAction or of the action parameter, with or without quotes.
 *
 * Return: "GetUser" of "http://example.com/users#GetUser"; absent if nothing is left.
 */
struct yg_slice yg_soap_action_name(struct yg_slice action);
